package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.pki.Pem;
import io.coppice.testing.architecture.SourceTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A cloud in a folder of its own, driven only through the {@code ./coppice} command as a user has it. Closing it removes
 * everything, guests included.
 */
public final class CloudUnderTest implements AutoCloseable {
    /** Generous: the sample image is built, PostgreSQL made, every role started, on two slow cores. */
    public static final Duration UP_LIMIT = Duration.ofMinutes(8);

    public static final Duration COMMAND_LIMIT = Duration.ofMinutes(3);
    public static final Duration DEMO_LIMIT = Duration.ofMinutes(10);

    private static final Pattern EXPORT = Pattern.compile("(?m)^(?:export )?([A-Z_]+)=(.*)$");
    private static final Pattern PID = Pattern.compile("\"pid\"\\s*:\\s*(\\d+)");

    private final Path data;

    private CloudUnderTest(Path data) {
        this.data = data;
    }

    /** Skips the test, with the reason, where no server was packaged. */
    public static void assumePackaged() {
        assumeTrue(
                Files.exists(SourceTree.root().resolve("server/target/quarkus-app/quarkus-run.jar")),
                "the server is not packaged: run ./mvnw verify (or ./coppice test)");
    }

    /** Skips the test, with the reason, where real guests cannot run. */
    public static void assumeRealGuests() {
        assumeTrue("root".equals(System.getProperty("user.name")), "real guests need root");
        for (var program : List.of("/usr/bin/qemu-system-x86_64", "/usr/sbin/libvirtd", "/usr/bin/virsh")) {
            assumeTrue(Files.isExecutable(Path.of(program)), program + " is missing: see deploy/packages.txt");
        }
    }

    /** A cloud that somebody else has raised. Closing it would remove it. */
    static CloudUnderTest at(Path data) {
        return new CloudUnderTest(data);
    }

    /** Raises a cloud. {@code options} are added to {@code up}. */
    public static CloudUnderTest up(Path data, String... options) {
        assumePackaged();
        var cloud = new CloudUnderTest(data);
        try {
            cloud.upAgain(options).orFail();
        } catch (AssertionError e) {
            try {
                cloud.close();
            } catch (AssertionError left) {
                e.addSuppressed(left);
            }
            throw e;
        }
        return cloud;
    }

    /** Another {@code up} on the same folder. */
    Command.Result upAgain(String... options) {
        var arguments = new ArrayList<>(List.of("--no-install"));
        arguments.addAll(List.of(options));
        return coppice(UP_LIMIT, "up", arguments.toArray(String[]::new));
    }

    /** {@code ./coppice COMMAND --data FOLDER ARGUMENTS…}. */
    public Command.Result coppice(Duration limit, String command, String... arguments) {
        var line = new ArrayList<String>();
        line.add(SourceTree.root().resolve("coppice").toString());
        line.add(command);
        line.addAll(List.of("--data", data.toString()));
        line.addAll(List.of(arguments));
        return Command.run(limit, Map.of(), line);
    }

    public Path data() {
        return data;
    }

    /** What {@code coppice env} exports. */
    public Map<String, String> environment() {
        var variables = new TreeMap<String, String>();
        var matcher = EXPORT.matcher(coppice(COMMAND_LIMIT, "env").orFail().output());
        while (matcher.find()) {
            variables.put(matcher.group(1), matcher.group(2).strip().replaceAll("^['\"]|['\"]$", ""));
        }
        return variables;
    }

    public String sampleImageId() {
        return read("sample-image").strip();
    }

    /** The process id of the running server. */
    long serverPid() {
        var status = coppice(COMMAND_LIMIT, "status", "--output", "json").output();
        var matcher = PID.matcher(status);
        if (!matcher.find()) {
            throw new AssertionError("no pid in the status: " + status);
        }
        return Long.parseLong(matcher.group(1));
    }

    /** Ends the server as a crash does: no shutdown hook, nothing written. */
    void crashServer() {
        var pid = serverPid();
        var process = ProcessHandle.of(pid).orElseThrow(() -> new AssertionError("no process " + pid));
        process.destroyForcibly();
        Eventually.eventually("end of process " + pid, COMMAND_LIMIT, process::isAlive, alive -> !alive);
    }

    public Ec2Client ec2() {
        var environment = environment();
        return Ec2Client.builder()
                .endpointOverride(URI.create(value(environment, "AWS_ENDPOINT_URL")))
                .region(Region.of(value(environment, "AWS_REGION")))
                .credentialsProvider(credentials(environment))
                .httpClientBuilder(http(environment))
                .build();
    }

    public S3Client s3() {
        var environment = environment();
        return S3Client.builder()
                .endpointOverride(URI.create(value(environment, "AWS_ENDPOINT_URL")))
                .region(Region.of(value(environment, "AWS_REGION")))
                .credentialsProvider(credentials(environment))
                .forcePathStyle(true)
                .httpClientBuilder(http(environment))
                .build();
    }

    IamClient iam() {
        var environment = environment();
        return IamClient.builder()
                .endpointOverride(URI.create(value(environment, "AWS_ENDPOINT_URL")))
                .region(Region.of(value(environment, "AWS_REGION")))
                .credentialsProvider(credentials(environment))
                .httpClientBuilder(http(environment))
                .build();
    }

    /** Java's AWS clients do not read AWS_CA_BUNDLE by themselves. */
    private static UrlConnectionHttpClient.Builder http(Map<String, String> environment) {
        var bundle = environment.get("AWS_CA_BUNDLE");
        if (bundle == null) {
            return UrlConnectionHttpClient.builder();
        }
        var managers = new TrustManager[] {PeerTrust.of(certificate(Path.of(bundle)), any -> true)};
        return UrlConnectionHttpClient.builder().tlsTrustManagersProvider(() -> managers);
    }

    private static X509Certificate certificate(Path file) {
        try {
            return Pem.decodeCertificates(Files.readString(file)).getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StaticCredentialsProvider credentials(Map<String, String> environment) {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(
                value(environment, "AWS_ACCESS_KEY_ID"), value(environment, "AWS_SECRET_ACCESS_KEY")));
    }

    private static String value(Map<String, String> environment, String name) {
        var value = environment.get(name);
        if (value == null) {
            throw new AssertionError("coppice env does not export " + name);
        }
        return value;
    }

    private String read(String name) {
        try {
            return Files.readString(data.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (Files.exists(data)) {
            coppice(COMMAND_LIMIT, "down", "--all");
            coppice(COMMAND_LIMIT, "reset", "--yes").orFail();
        }
    }
}
