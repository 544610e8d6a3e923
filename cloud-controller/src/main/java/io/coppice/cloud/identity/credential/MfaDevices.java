package io.coppice.cloud.identity.credential;

import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Devices that show codes, and whether a code is right. Works in the caller's transaction. */
@Singleton
public final class MfaDevices {
    /** Devices by name. */
    public static final EntityRows<MfaDeviceRow> ROWS = new EntityRows<>(MfaDeviceRow.class, EntityKind.MFA_DEVICE);

    /** How far a device's clock may be off when it is enabled or synchronised: 20 minutes. */
    private static final int SEARCH_STEPS = 40;
    /** How far it may have drifted since. */
    private static final int TOLERATED_STEPS = 1;

    private static final Pattern CODE = Pattern.compile("[0-9]{6}");
    private static final int FORBIDDEN = 403;

    private final SecretBox secrets;
    private final Clock clock;

    /** For the container and for tests. */
    public MfaDevices(SecretBox secrets, Clock clock) {
        this.secrets = secrets;
        this.clock = clock;
    }

    /** The device of that serial number, which is its ARN. Throws {@code NoSuchEntity}. */
    public static MfaDeviceRow bySerial(EntityManager entities, AccountId account, @Nullable String serial) {
        var checked = Require.length("serialNumber", serial, 9, 256);
        return ROWS.named(entities, account, checked.substring(checked.lastIndexOf('/') + 1))
                .filter(row -> row.arn().equals(checked))
                .orElseThrow(() -> IamErrors.notFound(EntityKind.MFA_DEVICE, checked));
    }

    /** The devices that are enabled for a user, in the order of their names. */
    public static List<MfaDeviceRow> of(EntityManager entities, String userId) {
        return entities.createQuery(
                        "select d from MfaDevice d where d.userId = :user order by lower(d.name)", MfaDeviceRow.class)
                .setParameter("user", userId)
                .getResultList();
    }

    /**
     * Whether a user's device shows this code now. A code is accepted once. Call it in a transaction that is committed
     * also when something else about the request is wrong.
     */
    public boolean accept(EntityManager entities, UserRow user, String serial, String code) {
        var device = of(entities, user.id()).stream()
                .filter(row -> row.arn().equals(serial))
                .findFirst();
        if (device.isEmpty() || !CODE.matcher(code).matches()) {
            return false;
        }
        var row = device.get();
        entities.lock(row, LockModeType.PESSIMISTIC_WRITE);
        entities.refresh(row);
        var secret = secrets.open(row.id(), row.sealedSeed());
        var now = Totp.step(clock.instant());
        var expected = now + row.driftSteps();
        for (var step = expected - TOLERATED_STEPS; step <= expected + TOLERATED_STEPS; step++) {
            if (step > row.lastStep() && Totp.code(secret, step).equals(code)) {
                row.accepted(step, step - now);
                return true;
            }
        }
        return false;
    }

    /** A new device, and its secret in base 32, which is not told again. */
    String create(EntityManager entities, MfaDeviceRow row) {
        var secret = Totp.newSecret();
        row.keep(secrets.seal(row.id(), secret));
        ROWS.add(entities, row);
        return secret;
    }

    /** Finds the device's clock by two codes in a row. Throws {@code InvalidAuthenticationCode}. */
    void synchronise(MfaDeviceRow row, @Nullable String first, @Nullable String second) {
        var one = code("authenticationCode1", first);
        var two = code("authenticationCode2", second);
        var secret = secrets.open(row.id(), row.sealedSeed());
        var now = Totp.step(clock.instant());
        for (var away = 0; away <= SEARCH_STEPS; away++) {
            for (var step : new long[] {now - away, now + away}) {
                if (Totp.code(secret, step).equals(one)
                        && Totp.code(secret, step + 1).equals(two)) {
                    row.accepted(step + 1, step + 1 - now);
                    return;
                }
            }
        }
        throw AwsException.of("InvalidAuthenticationCode", FORBIDDEN, "Authentication code for device is not valid.");
    }

    private static String code(String parameter, @Nullable String code) {
        return Require.pattern(parameter, Require.length(parameter, code, 6, 6), CODE, "[\\d]+");
    }
}
