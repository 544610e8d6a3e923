package io.coppice.ebs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.ebs.backend.VolumeBackend.CopyForm;
import io.coppice.ebs.copy.CopyBook;
import io.coppice.ebs.copy.SignedCopyStore;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.volume.Transactions;
import io.coppice.foundation.id.VolumeId;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.undo.Undo;
import io.coppice.support.CephUnderTest;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, an EBS controller that is told to keep volumes in Ceph would not, or would not say why it cannot. */
class CephStorageTest {
    private static final Transactions NO_TABLES = new Transactions() {
        @Override
        public <T> T call(Function<StatelessSession, T> work) {
            throw new AssertionError("a table was asked for");
        }
    };

    @TempDir
    Path folder;

    @Test
    void whatIsConfiguredIsUsed() throws IOException {
        var lacking = CephUnderTest.lacking();
        assumeTrue(lacking.isEmpty(), lacking.orElse(""));
        var ceph = CephUnderTest.get();
        var settings = Map.of(
                "coppice.ebs.ceph.conf", ceph.conf().toString(),
                "coppice.ebs.ceph.keyring", ceph.keyring().toString(),
                "coppice.ebs.ceph.user", ceph.user());
        var undo = Undo.begin();
        try {
            var storage = open(settings, Map.of("coppice.ebs.ceph.pool", ceph.pool()), undo);
            var volume = VolumeId.random();
            storage.backend().create(volume, 1 << 30, Optional.empty());
            assertTrue(storage.backend().exists(volume));
            assertEquals(1 << 30, storage.disks().find(volume).orElseThrow().sizeBytes());
            assertEquals(CopyForm.DISKS, storage.backend().abilities().copies());
            assertEquals("off, or not permitted yet", storage.copies().get());
            storage.backend().delete(volume);
        } finally {
            undo.close();
        }
        var failure = assertThrows(
                RoleStartException.class,
                () -> open(settings, Map.of("coppice.ebs.ceph.pool", "absent"), Undo.begin()));
        assertTrue(failure.fix().contains("ls absent"), failure.fix());
    }

    @Test
    void aConfThatIsNotThereIsNamed() {
        var conf = folder.resolve("none.conf").toString();
        var failure = assertThrows(
                RoleStartException.class, () -> open(Map.of("coppice.ebs.ceph.conf", conf), Map.of(), Undo.begin()));
        assertTrue(String.valueOf(failure.getMessage()).contains(conf), failure.getMessage());
    }

    @Test
    void simulatedHostsHaveNoUseForIt() {
        assertThrows(
                RoleStartException.class,
                () -> open(Map.of("coppice.ebs.volume-server", "simulated"), Map.of(), Undo.begin()));
    }

    /** Nobody permits copies here, so that no table is asked for. */
    private static SnapshotCopying copying(EbsConfig config) {
        try {
            var clock = Clock.systemUTC();
            var store =
                    new SignedCopyStore(URI.create("http://127.0.0.1:1"), "us-east-1", SSLContext.getDefault(), clock);
            return new SnapshotCopying(config, NO_TABLES, new CopyBook(clock), store);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private Storage open(Map<String, String> settings, Map<String, String> more, Undo undo) {
        var all = new HashMap<>(settings);
        all.putAll(more);
        all.put("coppice.ebs.backend", "rbd");
        // As Quarkus, which is not here, would read "5s".
        all.put("coppice.ebs.scan-every", "PT5S");
        var config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(EbsConfig.class)
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build();
        var ebs = config.getConfigMapping(EbsConfig.class);
        return new CephStorage(ebs, copying(ebs)).open(folder.resolve("ebs"), DiskKeys.NONE, Optional.empty(), undo);
    }
}
