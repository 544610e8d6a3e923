package io.coppice.foundation.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.role.RoleStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, roles of one process could not prove themselves to each other, or would stop when a year is over. */
class RolePkiTest {
    private static final PeerIdentity WALRUS = new PeerIdentity(PeerKind.WALRUS, "walrus");

    @TempDir
    Path data;

    @Test
    void issuesOnceWhereTheAuthorityIs() throws IOException {
        CertificateAuthority.openOrCreate(RolePki.authorityFolder(data), Clock.systemUTC());
        var first = RolePki.open(data, WALRUS, Clock.systemUTC());
        assertEquals(WALRUS, first.identity());
        assertEquals(
                first.chain(), RolePki.open(data, WALRUS, Clock.systemUTC()).chain());
    }

    @Test
    void renewsACertificateThatIsAboutToEnd() throws IOException {
        CertificateAuthority.openOrCreate(RolePki.authorityFolder(data), Clock.systemUTC());
        var first = RolePki.open(data, WALRUS, Clock.systemUTC());
        var later = Clock.offset(Clock.systemUTC(), Duration.ofDays(800));
        assertNotEquals(first.chain(), RolePki.open(data, WALRUS, later).chain());
    }

    @Test
    void aRoleWithoutAnythingSaysWhatIsMissing() {
        var error = assertThrows(RoleStartException.class, () -> RolePki.open(data, WALRUS, Clock.systemUTC()));
        assertEquals(
                "no certificate for walrus/walrus in " + data.resolve("pki").resolve("walrus"), error.getMessage());
    }

    @Test
    void takesWhatTheAuthorityElsewhereIssuedForItAlone() throws IOException {
        var elsewhere = CertificateAuthority.openOrCreate(data.resolve("elsewhere"), Clock.systemUTC());
        var folder = RolePki.folder(data, WALRUS);
        var issued = elsewhere.issue(WALRUS, List.of());
        issued.save(folder);
        assertEquals(
                issued.chain(), RolePki.open(data, WALRUS, Clock.systemUTC()).chain());

        elsewhere
                .issue(new PeerIdentity(PeerKind.EBS_CONTROLLER, "zone"), List.of())
                .save(folder);
        var error = assertThrows(RoleStartException.class, () -> RolePki.open(data, WALRUS, Clock.systemUTC()));
        assertTrue(String.valueOf(error.getMessage()).contains("is for ebs-controller/zone"), error.getMessage());
        assertTrue(error.fix().contains("coppice role-certificate walrus"), error.fix());
    }

    @Test
    void refusesACertificateOfElsewhereThatHasEnded() throws IOException {
        CertificateAuthority.openOrCreate(data.resolve("elsewhere"), Clock.systemUTC())
                .issue(WALRUS, List.of())
                .save(RolePki.folder(data, WALRUS));
        var later = Clock.offset(Clock.systemUTC(), Duration.ofDays(900));
        var error = assertThrows(RoleStartException.class, () -> RolePki.open(data, WALRUS, later));
        assertTrue(String.valueOf(error.getMessage()).contains("ended at"), error.getMessage());
    }
}
