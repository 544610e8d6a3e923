package io.coppice.foundation.pki;

import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.RoleStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where the certificates of a process lie: {@code pki/} in its data folder. The authority's own key is in {@code pki/ca}
 * of the Cloud Controller's machine only; a role that runs beside it gets its certificate issued by itself, a role that
 * runs elsewhere is given a folder.
 */
public final class RolePki {
    private static final Duration RENEW_BEFORE_EXPIRY = Duration.ofDays(60);

    private static final ReentrantLock ISSUING = new ReentrantLock();

    private RolePki() {}

    /** The folder of the authority: only the Cloud Controller makes one. */
    public static Path authorityFolder(Path dataDir) {
        return dataDir.resolve("pki").resolve("ca");
    }

    /** Whether certificates can be issued here: the authority's key is in this data folder and may be read. */
    public static boolean hasAuthority(Path dataDir) {
        return Files.isReadable(authorityFolder(dataDir).resolve(CertificateAuthority.KEY_FILE));
    }

    /**
     * Who a role is to the others: Walrus serves a region; a Cluster Controller and an EBS controller serve a zone. Throws
     * {@link IllegalArgumentException} for a Node Controller, which is a host with an id of its own.
     */
    public static PeerIdentity identity(RoleName role, String region, String zone) {
        return switch (role) {
            case CLOUD_CONTROLLER -> new PeerIdentity(PeerKind.CLOUD_CONTROLLER, role.longName());
            case CLUSTER_CONTROLLER -> new PeerIdentity(PeerKind.CLUSTER_CONTROLLER, zone);
            case WALRUS -> new PeerIdentity(PeerKind.WALRUS, region);
            case EBS_CONTROLLER -> new PeerIdentity(PeerKind.EBS_CONTROLLER, zone);
            case NODE_CONTROLLER -> throw new IllegalArgumentException("a host gets its certificate by a join token");
        };
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
        return open(dataDir, identity, Set.of(), clock);
    }

    /**
     * As {@link #open}, for as long as the process runs: what is about to end is renewed, or found when the operator has
     * put a new one there.
     */
    public static OwnCertificate keep(Path dataDir, PeerIdentity identity, Clock clock) {
        return keep(dataDir, identity, Set.of(), clock);
    }

    /**
     * As {@link #keep(Path, PeerIdentity, Clock)}, for a party that browsers and AWS tools speak to as well.
     *
     * @param hosts DNS names and IPv4 addresses that stand in the certificate when it is issued here
     */
    public static OwnCertificate keep(Path dataDir, PeerIdentity identity, Set<String> hosts, Clock clock) {
        return OwnCertificate.from(() -> open(dataDir, identity, hosts, clock), clock);
    }

    private static TlsMaterial open(Path dataDir, PeerIdentity identity, Set<String> hosts, Clock clock) {
        var folder = folder(dataDir, identity);
        // Parts of one process keep the same certificate: two that renew it at once would mix key and certificate.
        ISSUING.lock();
        try {
            var authorityFolder = authorityFolder(dataDir);
            if (!hasAuthority(dataDir)) {
                return loadIssuedElsewhere(folder, identity, clock);
            }
            var authority = CertificateAuthority.openOrCreate(authorityFolder, clock);
            if (TlsMaterial.exists(folder)) {
                var present = TlsMaterial.load(folder);
                if (present.fits()
                        && present.hosts().containsAll(hosts)
                        && stillGood(present, identity, authority, clock)) {
                    return present;
                }
            }
            var issued = authority.issue(identity, hosts);
            issued.save(folder);
            return issued;
        } catch (IOException e) {
            throw new RoleStartException(
                    "the certificate of " + identity + " in " + folder + " is not usable: " + e.getMessage(),
                    "check who may read that folder, or remove it where the authority can issue a new one",
                    e);
        } finally {
            ISSUING.unlock();
        }
    }

    private static TlsMaterial loadIssuedElsewhere(Path folder, PeerIdentity identity, Clock clock) throws IOException {
        var fix = howToGet(identity, folder);
        if (!TlsMaterial.exists(folder)) {
            throw new RoleStartException("no certificate for " + identity + " in " + folder, fix);
        }
        var material = TlsMaterial.load(folder);
        if (!material.identity().equals(identity)) {
            throw new RoleStartException(
                    "the certificate in " + folder + " is for " + material.identity() + ", not for " + identity, fix);
        }
        if (!material.fits()) {
            throw new RoleStartException("key and certificate in " + folder + " do not belong together", fix);
        }
        var end = material.endsAt();
        if (!end.isAfter(clock.instant())) {
            throw new RoleStartException("the certificate of " + identity + " in " + folder + " ended at " + end, fix);
        }
        return material;
    }

    private static String howToGet(PeerIdentity identity, Path folder) {
        return identity.kind() == PeerKind.NODE
                ? "join with a token (coppice node-token there, coppice node join here),"
                        + " or start the Cloud Controller with this data folder first"
                : "on the Cloud Controller's machine run \"coppice role-certificate "
                        + identity.kind().text() + " --out DIR\" and copy what is in DIR to " + folder;
    }

    private static boolean stillGood(
            TlsMaterial present, PeerIdentity identity, CertificateAuthority authority, Clock clock) {
        return present.identity().equals(identity)
                && present.authority().equals(authority.certificate())
                && present.endsAt().isAfter(clock.instant().plus(RENEW_BEFORE_EXPIRY));
    }
}
