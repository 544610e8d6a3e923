package io.coppice.wire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * If this failed, some action's parameters would be lost or misread, or its answer would come out empty at the client. A
 * random request and a random answer, filled to the last field, travel through the AWS SDK's own client for each action of
 * its model.
 */
class EveryOperationTest {
    private static final long SEED = Long.getLong("coppice.test.seed", 20260102L);

    /** The SDK itself sends these in another form than its model says, so there is nothing to compare with. */
    private static final Set<String> ALTERED_BY_THE_CLIENT = Set.of(
            // The client puts a presigned URL into the request.
            "CopySnapshot");

    @Test
    void ec2RoundTrips() {
        roundTrip(QueryService.EC2, Ec2Client.class, Ec2Client.builder(), 700);
    }

    @Test
    void iamRoundTrips() {
        roundTrip(QueryService.IAM, IamClient.class, IamClient.builder(), 150);
    }

    @Test
    void stsRoundTrips() {
        roundTrip(QueryService.STS, StsClient.class, StsClient.builder(), 8);
    }

    private static <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C extends SdkClient> void roundTrip(
            QueryService service, Class<C> type, B builder, int atLeast) {
        var exchange = new AtomicReference<Exchange>();
        var failures = new TreeMap<String, String>();
        var operations = operations(type);
        try (var client = builder.region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
                .httpClient(new LoopbackHttpClient(body -> exchange.get().serve(service, body)))
                .build()) {
            for (var operation : operations) {
                exchange.set(Exchange.random(service, operation));
                exchange.get().run(client, operation).forEach(text -> failures.put(operation.getName(), text));
            }
        }
        assertTrue(operations.size() >= atLeast, "only " + operations.size() + " operations found");
        assertEquals("", String.join("\n", failures.values()), "of " + operations.size() + ", seed " + SEED);
    }

    private static List<Method> operations(Class<?> client) {
        return Arrays.stream(client.getMethods())
                .filter(method -> method.getParameterCount() == 1)
                .filter(method -> AwsRequest.class.isAssignableFrom(method.getParameterTypes()[0]))
                .filter(method -> AwsResponse.class.isAssignableFrom(method.getReturnType()))
                .filter(method -> !ALTERED_BY_THE_CLIENT.contains(
                        method.getReturnType().getSimpleName().replaceFirst("Response$", "")))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    /** One call: what goes in, what comes out, and what the server read. */
    private static final class Exchange {
        private final Object request;
        private final Object response;
        private Object seen = "nothing";

        private Exchange(Object request, Object response) {
            this.request = request;
            this.response = response;
        }

        static Exchange random(QueryService service, Method operation) {
            var random = new RandomPojos(new Random(SEED + operation.getName().hashCode()), true);
            var answers = service == QueryService.EC2
                    ? new RandomPojos(new Random(SEED - operation.getName().hashCode()), false)
                    : random;
            return new Exchange(
                    random.fill(builder(operation.getParameterTypes()[0])),
                    answers.fill(builder(operation.getReturnType())));
        }

        String serve(QueryService service, String body) {
            var parameters = QueryParameters.parse(QueryLimits.DEFAULT, body);
            var action = parameters.get("Action").orElseThrow();
            assertTrue(service.knows(action), () -> action + " is not known");
            seen = new RequestReader(service, new QueryLimits(100_000, 40))
                    .read(parameters, cast(builder(request.getClass())));
            return new ResponseWriter(service)
                    .write(
                            action,
                            service.defaultVersion(),
                            (SdkPojo) response,
                            "00000000-0000-4000-8000-000000000000");
        }

        List<String> run(SdkClient client, Method operation) {
            var failures = new ArrayList<String>();
            try {
                var received = operation.invoke(client, request);
                compare(operation.getName() + " request", request, seen).ifPresent(failures::add);
                compare(operation.getName() + " response", response, received).ifPresent(failures::add);
            } catch (InvocationTargetException e) {
                failures.add(operation.getName() + ": " + e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
            return failures;
        }

        private static Optional<String> compare(String what, Object expected, Object actual) {
            return ((SdkPojo) expected).equalsBySdkFields(actual)
                    ? Optional.empty()
                    : Optional.of(what + "\n  expected " + expected + "\n  actual   " + actual);
        }

        private static SdkPojo builder(Class<?> type) {
            try {
                return (SdkPojo) type.getMethod("builder").invoke(null);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(type + " has no builder", e);
            }
        }

        @SuppressWarnings("unchecked")
        private static <B extends Buildable & SdkPojo> B cast(SdkPojo builder) {
            return (B) builder;
        }
    }
}
