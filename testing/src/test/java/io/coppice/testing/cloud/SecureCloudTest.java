package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.pki.Pem;
import io.coppice.testing.architecture.SourceTree;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this fails, a cloud for more than one machine is not to be had: users elsewhere cannot speak HTTPS with it, it speaks
 * plain HTTP with them, or another machine cannot become its host.
 */
class SecureCloudTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    @BeforeAll
    static void raise() {
        cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--listen", "0.0.0.0");
    }

    @AfterAll
    @SuppressWarnings("NullAway")
    static void remove() {
        if (cloud != null) {
            cloud.close();
        }
    }

    @Test
    void theDemoPasses() {
        var demo = cloud.coppice(CloudUnderTest.DEMO_LIMIT, "demo").orFail();
        assertTrue(demo.output().contains("nothing is left"), demo.output());
    }

    @Test
    void botoTellsTheSameStory() {
        assertTrue(environment("AWS_ENDPOINT_URL").startsWith("https://"), environment("AWS_ENDPOINT_URL"));
        Story.tell(cloud, Story.SIMULATED);
    }

    @Test
    void whoDoesNotTrustTheAuthorityIsNotServed() {
        for (var door : List.of(environment("AWS_ENDPOINT_URL"), "https://" + setting("coppice.endpoints.s3"))) {
            assertThrows(IOException.class, () -> get(door), door);
        }
    }

    @Test
    void plainHttpIsToldToUseHttps() throws Exception {
        for (var door : List.of(environment("AWS_ENDPOINT_URL"), "https://" + setting("coppice.endpoints.s3"))) {
            var answer = get(door.replace("https://", "http://"));
            assertEquals(400, answer.statusCode());
            assertTrue(answer.body().contains("https://"), answer.body());
        }
    }

    @Test
    void commandsSpeakHttpsToo() {
        cloud.coppice(LIMIT, "status").orFail();
        cloud.coppice(LIMIT, "doctor").orFail();
        var terraform = cloud.coppice(LIMIT, "env", "--terraform").orFail().output();
        assertTrue(terraform.contains("custom_ca_bundle            = \"" + environment("AWS_CA_BUNDLE")), terraform);
    }

    @Test
    void certificatesNameTheirDoorsAndKeysAreTheirOwnersAlone() throws Exception {
        var address = URI.create(environment("AWS_ENDPOINT_URL")).getHost();
        for (var party : List.of("api", "walrus")) {
            var pem =
                    Files.readString(cloud.data().resolve("pki").resolve(party).resolve("certificate.pem"));
            var names = Pem.decodeCertificates(pem).getFirst().getSubjectAlternativeNames().stream()
                    .map(name -> String.valueOf(name.get(1)))
                    .collect(Collectors.toSet());
            assertTrue(names.containsAll(List.of(address, "127.0.0.1", "localhost")), party + ": " + names);
        }
        try (var files = Files.walk(cloud.data().resolve("pki"))) {
            for (var key :
                    files.filter(file -> file.toString().endsWith("key.pem")).toList()) {
                assertEquals(
                        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)), key::toString);
            }
        }
    }

    @Test
    void anotherMachineBecomesAHost() {
        var token = cloud.coppice(LIMIT, "node-token").orFail().output().strip();
        var other = folder.resolve("other");
        var coppice = SourceTree.root().resolve("coppice").toString();
        try {
            Command.run(
                            CloudUnderTest.UP_LIMIT,
                            Map.of(),
                            List.of(
                                    coppice,
                                    "node",
                                    "join",
                                    token,
                                    "--hypervisor",
                                    "simulated",
                                    "--no-install",
                                    "--data",
                                    other.toString()))
                    .orFail();
            assertFalse(Files.exists(other.resolve("pki/ca")), "the authority's key must stay where it is");
            eventually(
                    "two hosts",
                    LIMIT,
                    () -> cloud.coppice(LIMIT, "status").output(),
                    status -> status.contains("2 of 2 hosts are up"));
        } finally {
            Command.run(LIMIT, Map.of(), List.of(coppice, "reset", "--yes", "--data", other.toString()))
                    .orFail();
        }
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        try (var client = HttpClient.newBuilder().connectTimeout(LIMIT).build()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(url + "/")).timeout(LIMIT).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String environment(String name) {
        return cloud.environment().getOrDefault(name, "");
    }

    private static String setting(String key) {
        var all = new Properties();
        try (var reader = Files.newBufferedReader(cloud.data().resolve("config/coppice.properties"))) {
            all.load(reader);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return all.getProperty(key, "");
    }
}
