package io.coppice.ebs;

import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.RolePki;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database, a data folder with an authority, and free ports for a role that runs in Quarkus. */
public final class RoleEnvironment implements QuarkusTestResourceLifecycleManager {
    private @Nullable EmbeddedPostgres postgres;

    @Override
    public Map<String, String> start() {
        try {
            postgres = EmbeddedPostgres.builder().start();
            var folder = Files.createTempDirectory("coppice-ebs");
            CertificateAuthority.openOrCreate(RolePki.authorityFolder(folder), Clock.systemUTC());
            return Map.of(
                    "coppice.data-dir",
                    folder.toString(),
                    "coppice.endpoints.ebs",
                    "127.0.0.1:" + freePort(),
                    "quarkus.datasource.ebs.jdbc.url",
                    postgres.getJdbcUrl("postgres", "postgres"),
                    "quarkus.datasource.ebs.username",
                    "postgres",
                    "quarkus.http.test-port",
                    "0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        try {
            if (postgres != null) {
                postgres.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
