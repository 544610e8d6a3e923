package io.coppice.testing.cloud;

import io.coppice.server.cli.Credentials;
import io.coppice.server.settings.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A cloud of simulated hosts for tests that need nothing but its API: raised once for all test classes that are extended
 * with {@link Resolver}, removed after the last. Its tests leave nothing behind that disturbs the others.
 */
final class ApiUnderTest implements AutoCloseable {
    /** The data folder of a simulated cloud that is up already, for those who work on these tests. */
    private static final String RUNNING = "coppice.test.cloud";

    private static final String VERSION = "2016-11-15";

    private final CloudUnderTest cloud;
    private final @Nullable Path folder;
    private final Map<String, String> environment;

    private ApiUnderTest() {
        var running = System.getProperty(RUNNING);
        try {
            folder = running == null ? Files.createTempDirectory("coppice-api") : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cloud = folder == null
                ? CloudUnderTest.at(Path.of(String.valueOf(running)))
                : CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--hosts", "2");
        environment = cloud.environment();
    }

    /** Hands the cloud to tests that ask for it as a parameter. */
    static final class Resolver implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == ApiUnderTest.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .computeIfAbsent(ApiUnderTest.class, any -> new ApiUnderTest(), ApiUnderTest.class);
        }
    }

    URI endpoint() {
        return URI.create(value("AWS_ENDPOINT_URL"));
    }

    String value(String name) {
        return environment.getOrDefault(name, "");
    }

    String image() {
        return cloud.sampleImageId();
    }

    /** The key of the cloud's own account. */
    Credentials systemCredentials() {
        return Credentials.read(new DataFolder(cloud.data()).systemCredentials());
    }

    Ec2Client ec2() {
        return cloud.ec2();
    }

    S3Client s3() {
        return cloud.s3();
    }

    SignedRequests requests() {
        return new SignedRequests(endpoint(), value("AWS_REGION"));
    }

    /** Calls an EC2 action as a good client does: action, then names and values in turn. */
    SignedRequests.Answer call(String action, String... namesAndValues) {
        return send(form(VERSION, action, namesAndValues));
    }

    SignedRequests.Answer send(String form) {
        return requests().send(form, value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY"), Clock.systemUTC());
    }

    static String form(String version, String action, String... namesAndValues) {
        var form = new StringBuilder("Action=" + action + "&Version=" + version);
        for (var i = 0; i < namesAndValues.length; i += 2) {
            form.append('&').append(namesAndValues[i]).append('=').append(encode(namesAndValues[i + 1]));
        }
        return form.toString();
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    @Override
    public void close() throws IOException {
        if (folder != null) {
            cloud.close();
            Files.deleteIfExists(folder);
        }
    }
}
