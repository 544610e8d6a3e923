package io.coppice.foundation.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.foundation.role.RoleStartException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
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
}
