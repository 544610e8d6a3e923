package io.coppice.cloud.compute;

import io.coppice.cloud.instanceprofile.ProfileCredentials;
import io.coppice.cloud.instanceprofile.ProfileCredentials.RoleCredentials;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.InstanceProfile;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts the credentials of instance profiles into what is sent to a zone, sends new ones when half of their life is over, and
 * takes them back from instances that lost their profile. A fresh copy of the same generation carries them: nothing else of
 * the instance changes. Used by one thread.
 */
final class InstanceCredentials {
    /** Instances whose profile has no role are looked at again after this time. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    private final Database database;
    private final ProfileCredentials profiles;
    private final Clock clock;

    InstanceCredentials(Database database, ProfileCredentials profiles, Clock clock) {
        this.database = database;
        this.profiles = profiles;
        this.clock = clock;
    }

    /** The message with credentials, where the instance carries a profile with a role and is to run. */
    DesiredInstance with(Instance row, DesiredInstance desired) {
        var use = row.profile;
        if (use == null || row.desired != DesiredPower.RUNNING) {
            return desired;
        }
        return profiles.issue(new AccountId(row.accountId), use.profileId(), row.id)
                .map(credentials -> desired.toBuilder()
                        .setMetadata(desired.getMetadata().toBuilder().setInstanceProfile(message(use, credentials)))
                        .build())
                .orElse(desired);
    }

    private static InstanceProfile message(InstanceProfileUse use, RoleCredentials credentials) {
        return InstanceProfile.newBuilder()
                .setArn(use.arn())
                .setId(use.profileId())
                .setRoleName(credentials.roleName())
                .setAccessKeyId(credentials.accessKeyId())
                .setSecretAccessKey(credentials.secretAccessKey())
                .setSessionToken(credentials.sessionToken())
                .setIssuedAtSeconds(credentials.issuedAt().getEpochSecond())
                .setExpiresAtSeconds(credentials.expiresAt().getEpochSecond())
                .build();
    }

    /**
     * Sends what is due, one batch.
     *
     * @param write makes the message of a row, without an image's address: what runs needs none
     */
    void refresh(String zone, int batch, Writer write, Consumer<List<DesiredInstance>> send) {
        var rows = database.call(entities -> due(entities, zone, batch));
        if (rows.isEmpty()) {
            return;
        }
        var messages = rows.stream().map(row -> with(row, write.message(row))).toList();
        send.accept(messages);
        mark(rows, messages);
    }

    /** Writes down until when the hosts of these need no other credentials. Only of rows whose profile is still the same. */
    void mark(List<Instance> rows, List<DesiredInstance> messages) {
        var carrying = rows.stream()
                .filter(row -> row.profile != null || row.credentialsUntil != null)
                .toList();
        if (carrying.isEmpty()) {
            return;
        }
        var untils = carrying.stream().map(row -> until(row, messages)).toArray(String[]::new);
        database.run(entities -> entities.createNativeQuery("""
                        update {h-schema}instances i set credentials_until = sent.until
                        from unnest(cast(:ids as varchar[]), cast(:profiles as varchar[]), cast(:untils as timestamptz[]))
                          as sent(id, profile, until)
                        where i.id = sent.id and coalesce(i.profile_association_id, '') = sent.profile""")
                .setParameter("ids", carrying.stream().map(row -> row.id).toArray(String[]::new))
                .setParameter(
                        "profiles",
                        carrying.stream()
                                .map(row -> row.profile == null ? "" : row.profile.associationId())
                                .toArray(String[]::new))
                .setParameter("untils", untils)
                .executeUpdate());
    }

    /** Half of the life of what was sent. */
    private @Nullable String until(Instance row, List<DesiredInstance> messages) {
        if (row.profile == null) {
            return null;
        }
        var sent = messages.stream()
                .filter(message -> message.getInstanceId().equals(row.id))
                .map(message -> message.getMetadata().getInstanceProfile())
                .filter(profile -> profile.getExpiresAtSeconds() > 0)
                .findFirst();
        var until = sent.map(profile ->
                        Instant.ofEpochSecond((profile.getIssuedAtSeconds() + profile.getExpiresAtSeconds()) / 2))
                .orElseGet(() -> clock.instant().plus(LOOK_AGAIN));
        return until.atOffset(ZoneOffset.UTC).toString();
    }

    private List<Instance> due(EntityManager entities, String zone, int batch) {
        return entities.createQuery("""
                        select i from Instance i where i.zone = :zone and i.state = RUNNING and i.desired = RUNNING
                        and ((i.profile.associationId is not null
                              and (i.credentialsUntil is null or i.credentialsUntil < :now))
                          or (i.profile.associationId is null and i.credentialsUntil is not null))
                        order by i.serial""", Instance.class)
                .setParameter("zone", zone)
                .setParameter("now", clock.instant())
                .setMaxResults(batch)
                .getResultList();
    }

    /** Writes what is desired of an instance. */
    @FunctionalInterface
    interface Writer {
        DesiredInstance message(Instance row);
    }
}
