package io.coppice.walrus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.role.SiteConfig;
import io.coppice.walrus.metadata.BucketOwner;
import io.coppice.walrus.metadata.Buckets;
import io.coppice.walrus.metadata.Transactions;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** If this failed, Walrus would not start in the product: its wiring, its tables or its doors are wrong. */
@QuarkusTest
@QuarkusTestResource(RoleEnvironment.class)
class WalrusRoleTest {
    @Inject
    WalrusRole role;

    @Inject
    SiteConfig site;

    @Inject
    WalrusConfig config;

    @Inject
    Transactions transactions;

    @Test
    void theRoleOpensItsDoorsAndClosesThem() throws Exception {
        assertFalse(role.health().ready());
        role.start();
        try {
            assertTrue(role.health().ready());
            // Nobody signed this, so it is refused; without identity a signed one would be answered 503.
            try (var client = HttpClient.newHttpClient()) {
                var answer = client.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://" + site.endpoints().s3() + "/"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertEquals(403, answer.statusCode());
                assertTrue(answer.body().contains("<Code>AccessDenied</Code>"), answer.body());
            }
        } finally {
            role.stop();
        }
        assertFalse(role.health().ready());
        role.start();
        role.stop();
    }

    @Test
    void metadataIsKeptThroughTheTransactionManager() {
        var buckets = new Buckets(Clock.systemUTC());
        var owner = new BucketOwner("111111111111", "a".repeat(64), "alice");
        boolean made = transactions.call(session -> buckets.create(session, "kept", owner, "us-east-1"));
        assertTrue(made);
        assertEquals(
                "111111111111",
                transactions
                        .call(session -> buckets.find(session, "kept"))
                        .orElseThrow()
                        .accountId());
    }

    @Test
    void aDatabaseThatWasRestartedIsUsedAgainByItself() throws Exception {
        var buckets = new Buckets(Clock.systemUTC());
        var owner = new BucketOwner("111111111111", "a".repeat(64), "alice");
        transactions.call(session -> buckets.create(session, "before-restart", owner, "us-east-1"));
        var url = ConfigProvider.getConfig().getValue("quarkus.datasource.walrus.jdbc.url", String.class);
        try (var administrator = DriverManager.getConnection(url, "postgres", "");
                var statement = administrator.createStatement()) {
            // As a restart does to all that are connected.
            statement.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                    + " and backend_type = 'client backend'");
        }
        // Longer than a connection is trusted unseen; no restart is shorter.
        Thread.sleep(Duration.ofMillis(1500));
        for (int i = 0; i < 3; i++) {
            assertTrue(transactions
                    .call(session -> buckets.find(session, "before-restart"))
                    .isPresent());
        }
    }

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        assertEquals(1024, config.maxConcurrentRequests());
        assertEquals(5L * 1024 * 1024 * 1024, config.maxPutBytes());
        assertEquals(Duration.ofSeconds(60), config.idleLimit());
        assertEquals(Duration.ofMinutes(15), config.blobGrace());
    }
}
