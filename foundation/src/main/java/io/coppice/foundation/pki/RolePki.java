package io.coppice.foundation.pki;

import io.coppice.foundation.role.RoleStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Where the certificates of a process lie: {@code pki/} in its data folder. The authority's own key is in {@code pki/ca}
 * of the Cloud Controller's machine only; a role that runs beside it gets its certificate issued by itself, a role that
 * runs elsewhere is given a folder.
 */
public final class RolePki {
    private static final Duration RENEW_BEFORE_EXPIRY = Duration.ofDays(60);

    private RolePki() {}

    /** The folder of the authority: only the Cloud Controller makes one. */
    public static Path authorityFolder(Path dataDir) {
        return dataDir.resolve("pki").resolve("ca");
    }

    /** The folder of a party: {@code pki/<kind>}, and one more level by name for hosts, of which there may be many. */
    public static Path folder(Path dataDir, PeerIdentity identity) {
        var folder = dataDir.resolve("pki").resolve(identity.kind().text());
        return identity.kind() == PeerKind.NODE ? folder.resolve(identity.name()) : folder;
    }

    /**
     * The material of this party: what its folder holds, or newly issued when the authority is on this machine and the
     * folder holds nothing, another party's, another authority's or an ending certificate. Throws
     * {@link RoleStartException} when there is neither.
     */
    public static TlsMaterial open(Path dataDir, PeerIdentity identity, Clock clock) {
        var folder = folder(dataDir, identity);
        try {
            var authorityFolder = authorityFolder(dataDir);
            if (!Files.isReadable(authorityFolder.resolve(CertificateAuthority.KEY_FILE))) {
                return loadIssuedElsewhere(folder, identity);
            }
            var authority = CertificateAuthority.openOrCreate(authorityFolder, clock);
            if (TlsMaterial.exists(folder)) {
                var present = TlsMaterial.load(folder);
                if (stillGood(present, identity, authority, clock)) {
                    return present;
                }
            }
            var issued = authority.issue(identity, List.of());
            issued.save(folder);
            return issued;
        } catch (IOException e) {
            throw new RoleStartException(
                    "the certificate of " + identity + " in " + folder + " is not usable: " + e.getMessage(),
                    "check who may read that folder, or remove it where the authority can issue a new one",
                    e);
        }
    }

    private static TlsMaterial loadIssuedElsewhere(Path folder, PeerIdentity identity) throws IOException {
        if (!TlsMaterial.exists(folder)) {
            throw new RoleStartException(
                    "no certificate for " + identity + " in " + folder,
                    "start the Cloud Controller with this data folder first, or copy the certificate it issued there");
        }
        return TlsMaterial.load(folder);
    }

    private static boolean stillGood(
            TlsMaterial present, PeerIdentity identity, CertificateAuthority authority, Clock clock) {
        var end = present.chain().getFirst().getNotAfter().toInstant();
        return present.identity().equals(identity)
                && present.authority().equals(authority.certificate())
                && end.isAfter(clock.instant().plus(RENEW_BEFORE_EXPIRY));
    }
}
