package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.rpc.Address;
import io.coppice.server.cli.Credentials;
import io.coppice.server.database.EmbeddedPostgres;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Defaults;
import io.coppice.server.settings.PortChooser;
import io.coppice.server.settings.PortClaims;
import io.coppice.server.settings.Settings;
import io.coppice.testing.architecture.SourceTree;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * If this fails, the roles no longer run apart: five processes with a data folder each, certificates handed out by the
 * operator and a join token for the host, are not a cloud.
 */
@Tag("full")
class RolesApartTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String BUCKET = "apart";
    private static final String KEY = "disk.img";
    private static final int IMAGE_BYTES = 1 << 20;

    private static final List<String> ENDPOINTS =
            List.of(Settings.API, Settings.CLOUD, Settings.CLUSTER, Settings.EBS, Settings.WALRUS, Settings.S3);

    @TempDir
    private Path folder;

    private final Deque<Path> up = new ArrayDeque<>();
    private final Map<String, String> shared = new LinkedHashMap<>();

    @SuppressWarnings("NullAway.Init")
    private EmbeddedPostgres postgres;

    @BeforeEach
    void startTheDatabase() throws Exception {
        CloudUnderTest.assumePackaged();
        postgres = EmbeddedPostgres.of(new DataFolder(folder.resolve("database")));
        var running = postgres.startOrAdopt();
        var password = folder.resolve("password");
        Files.writeString(password, running.password());
        try (var claims = PortClaims.in(folder)) {
            var ports = new PortChooser(claims);
            ENDPOINTS.forEach(
                    key -> shared.put(key, new Address("127.0.0.1", ports.choose("127.0.0.1", 0)).toString()));
        }
        shared.put(Settings.REGION, Defaults.REGION);
        shared.put(Settings.ZONE, Defaults.zone(Defaults.REGION));
        shared.put(Settings.DATABASE_URL, running.jdbcUrl());
        shared.put(Settings.DATABASE_PASSWORD_FILE, password.toString());
    }

    @AfterEach
    void stopEverything() {
        while (!up.isEmpty()) {
            coppice(up.pop(), "reset", "--yes");
        }
        if (postgres != null) {
            postgres.stop(LIMIT);
        }
    }

    @Test
    void anInstanceRunsOnFiveProcesses() throws Exception {
        var cloud = start(RoleName.CLOUD_CONTROLLER);
        for (var role : List.of(RoleName.CLUSTER_CONTROLLER, RoleName.WALRUS, RoleName.EBS_CONTROLLER)) {
            var pki = data(role).resolve("pki").resolve(role.longName());
            Files.createDirectories(pki.getParent());
            coppice(cloud, "role-certificate", role.shortName(), "--out", pki.toString())
                    .orFail();
            start(role);
        }
        var token = coppice(cloud, "node-token").orFail().output().strip();
        var host = data(RoleName.NODE_CONTROLLER);
        up.push(host);
        coppice(host, "node", "join", token, "--hypervisor", "simulated", "--no-install")
                .orFail();
        for (var data : up) {
            assertTrue(!Files.exists(data.resolve("pki/ca/ca-key.pem")) || data.equals(cloud), data + " has the key");
            eventually("readiness of " + data, LIMIT, () -> coppice(data, "status"), result -> result.status() == 0);
        }
        run(cloud);
    }

    private void run(Path cloud) {
        var credentials = Credentials.read(new DataFolder(cloud));
        var keys = StaticCredentialsProvider.create(
                AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey()));
        var endpoint = URI.create("http://" + shared.get(Settings.API));
        try (var s3 = S3Client.builder()
                        .endpointOverride(endpoint)
                        .region(Region.of(Defaults.REGION))
                        .credentialsProvider(keys)
                        .forcePathStyle(true)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .build();
                var ec2 = Ec2Client.builder()
                        .endpointOverride(endpoint)
                        .region(Region.of(Defaults.REGION))
                        .credentialsProvider(keys)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .build()) {
            s3.createBucket(request -> request.bucket(BUCKET));
            s3.putObject(request -> request.bucket(BUCKET).key(KEY), RequestBody.fromBytes(disk()));
            var image = ec2.registerImage(request -> request.name("apart").imageLocation(BUCKET + "/" + KEY))
                    .imageId();
            // Walrus pins the bytes after the answer.
            eventually(
                    "an available image",
                    LIMIT,
                    () -> ec2.describeImages(request -> request.imageIds(image))
                            .images()
                            .getFirst()
                            .stateAsString(),
                    state -> state.equals("available"));
            var instance = ec2.runInstances(request -> request.imageId(image)
                            .instanceType(InstanceType.M1_SMALL)
                            .minCount(1)
                            .maxCount(1))
                    .instances()
                    .getFirst()
                    .instanceId();
            var volume = ec2.createVolume(request -> request.size(1).availabilityZone(shared.get(Settings.ZONE)))
                    .volumeId();
            eventually(
                    "a running instance",
                    LIMIT,
                    () -> ec2.describeInstances(request -> request.instanceIds(instance))
                            .reservations()
                            .getFirst()
                            .instances()
                            .getFirst()
                            .state()
                            .name(),
                    state -> state == InstanceStateName.RUNNING);
            eventually(
                    "an available volume",
                    LIMIT,
                    () -> ec2.describeVolumes(request -> request.volumeIds(volume))
                            .volumes()
                            .getFirst()
                            .stateAsString(),
                    state -> state.equals("available"));
            assertEquals(1, s3.listBuckets().buckets().size());
        }
    }

    /** A disk with a boot sector's signature, which is what makes it an image; nothing reads further. */
    private static byte[] disk() {
        var bytes = new byte[IMAGE_BYTES];
        bytes[510] = 0x55;
        bytes[511] = (byte) 0xaa;
        return bytes;
    }

    /** Writes the settings of a process that plays this role alone, and starts it. */
    private Path start(RoleName role) {
        var data = data(role);
        var values = new LinkedHashMap<>(shared);
        values.put(Settings.ROLES, role.shortName());
        new Settings(values).save(new DataFolder(data));
        up.push(data);
        coppice(data, "up", "--no-install", "--no-sample-image").orFail();
        return data;
    }

    private Path data(RoleName role) {
        return folder.resolve(role.shortName());
    }

    private static Command.Result coppice(Path data, String command, String... arguments) {
        var line = new ArrayList<String>();
        line.add(SourceTree.root().resolve("coppice").toString());
        // A group's own options do not reach its commands: --data stands behind the last word.
        line.add(command);
        if (command.equals("node")) {
            line.add(arguments[0]);
            line.addAll(List.of("--data", data.toString()));
            line.addAll(List.of(arguments).subList(1, arguments.length));
        } else {
            line.addAll(List.of("--data", data.toString()));
            line.addAll(List.of(arguments));
        }
        return Command.run(CloudUnderTest.UP_LIMIT, Map.of(), line);
    }
}
