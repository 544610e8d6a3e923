package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.waiters.WaiterOverrideConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.waiters.Ec2Waiter;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.waiters.IamWaiter;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * The AWS SDK for Java v2 with nothing but its endpoint overridden. Walks what the SDK itself offers, by reflection over its
 * clients, so that an action that is added to the server is walked without a change here.
 */
final class JavaSdk implements AutoCloseable {
    /** What no action that the page of actions names may be refused with. */
    private static final Set<String> UNDONE = Set.of(
            "InvalidAction", "UnsupportedOperation", "InternalError", "InternalFailure", "AuthFailure", "AccessDenied");

    /** AWS allows no smaller pages in EC2. */
    private static final int SMALL_PAGE = 5;

    /** What requests call the size of a page. */
    private static final Set<String> PAGE_SIZES = Set.of("MaxResults", "MaxItems");

    private final Ec2Client ec2;
    private final IamClient iam;
    private final StsClient sts;
    private final List<Service> services;

    /** A client of the SDK, its waiter if it has one, and which of its actions the server carries out. */
    private record Service(Class<?> type, Object client, Optional<Object> waiter, Set<String> actions) {}

    JavaSdk(Toolbox tools) {
        var endpoint = URI.create(tools.value("AWS_ENDPOINT_URL"));
        var region = Region.of(tools.value("AWS_REGION"));
        var credentials = StaticCredentialsProvider.create(
                AwsBasicCredentials.create(tools.value("AWS_ACCESS_KEY_ID"), tools.value("AWS_SECRET_ACCESS_KEY")));
        this.ec2 = Ec2Client.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
        this.iam = IamClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
        this.sts = StsClient.builder()
                .endpointOverride(endpoint)
                .region(region)
                .credentialsProvider(credentials)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
        this.services = List.of(
                new Service(Ec2Client.class, ec2, Optional.of(ec2.waiter()), ActionsPage.of("EC2")),
                new Service(IamClient.class, iam, Optional.of(iam.waiter()), ActionsPage.of("IAM")),
                new Service(StsClient.class, sts, Optional.empty(), ActionsPage.of("STS")));
    }

    Ec2Client ec2() {
        return ec2;
    }

    IamClient iam() {
        return iam;
    }

    /** Every read is answered, or refused for want of a parameter and with words. */
    void readEverything() {
        var failures = new ArrayList<String>();
        var read = 0;
        for (var service : services) {
            for (var method : methods(service.type(), "")) {
                var action = action(method, "");
                if (service.actions().contains(action) && isRead(action)) {
                    read++;
                    refusal(() -> invoke(service.client(), method, request(method, Optional.empty())))
                            .filter(JavaSdk::isUndone)
                            .ifPresent(refused -> failures.add(action + ": " + refused.getMessage()));
                }
            }
        }
        assertEquals(List.of(), failures);
        assertTrue(read > 30, "only " + read + " reads are known to the SDK");
    }

    /** Every paginator finds in small pages what it finds in one. */
    void pageEverything() {
        var failures = new ArrayList<String>();
        var paged = 0;
        for (var service : services) {
            for (var method : methods(service.type(), "Paginator")) {
                var action = action(method, "Paginator");
                if (service.actions().contains(action)) {
                    paged++;
                    refusal(() -> {
                                var whole = things(invoke(service.client(), method, request(method, Optional.empty())));
                                var small = things(
                                        invoke(service.client(), method, request(method, Optional.of(SMALL_PAGE))));
                                if (whole != small) {
                                    failures.add(action + ": " + whole + " at once, " + small + " in pages");
                                }
                            })
                            .filter(JavaSdk::isUndone)
                            .ifPresent(refused -> failures.add(action + ": " + refused.getMessage()));
                }
            }
        }
        assertEquals(List.of(), failures);
        assertTrue(paged > 15, "only " + paged + " paginators are known to the SDK");
    }

    /** Every waiter of an action ends by its own rules when there is nothing to wait for. */
    void waitForWhatIsNotThere() {
        var once = WaiterOverrideConfiguration.builder().maxAttempts(1).build();
        var failures = new ArrayList<String>();
        for (var service : services) {
            service.waiter().ifPresent(waiter -> Stream.of(waiterType(waiter).getMethods())
                    .filter(method -> method.getName().startsWith("waitUntil")
                            && method.getParameterCount() == 2
                            && method.getParameterTypes()[1] == WaiterOverrideConfiguration.class
                            && SdkPojo.class.isAssignableFrom(method.getParameterTypes()[0]))
                    .filter(method -> service.actions().contains(requestAction(method)))
                    .forEach(method -> refusal(() -> invoke(waiter, method, request(method, Optional.empty()), once))
                            .filter(JavaSdk::isUndone)
                            .ifPresent(refused -> failures.add(method.getName() + ": " + refused.getMessage()))));
        }
        assertEquals(List.of(), failures);
    }

    @Override
    public void close() {
        ec2.close();
        iam.close();
        sts.close();
    }

    private static Class<?> waiterType(Object waiter) {
        return waiter instanceof Ec2Waiter ? Ec2Waiter.class : IamWaiter.class;
    }

    private static boolean isRead(String action) {
        return Stream.of("Describe", "Get", "List").anyMatch(action::startsWith);
    }

    /** A refusal that shows that the action is not carried out; what lacks a parameter is refused otherwise. */
    private static boolean isUndone(AwsServiceException refused) {
        return refused.statusCode() >= 500
                || UNDONE.contains(refused.awsErrorDetails().errorCode())
                || refused.awsErrorDetails().errorMessage().isBlank();
    }

    /** The client's methods that take one request and whose names end so. */
    private static List<Method> methods(Class<?> client, String suffix) {
        return Stream.of(client.getMethods())
                .filter(method -> method.getName().endsWith(suffix) && method.getParameterCount() == 1)
                .filter(method -> SdkPojo.class.isAssignableFrom(method.getParameterTypes()[0]))
                .filter(method -> action(method, suffix).equals(requestAction(method)))
                .toList();
    }

    private static String action(Method method, String suffix) {
        var name = method.getName();
        return Character.toUpperCase(name.charAt(0)) + name.substring(1, name.length() - suffix.length());
    }

    private static String requestAction(Method method) {
        var name = method.getParameterTypes()[0].getSimpleName();
        return name.substring(0, name.length() - "Request".length());
    }

    /** An empty request, for pages of that size where it can ask for one. */
    private static Object request(Method method, Optional<Integer> pageSize) {
        try {
            var builder =
                    (SdkPojo) method.getParameterTypes()[0].getMethod("builder").invoke(null);
            pageSize.ifPresent(size -> builder.sdkFields().stream()
                    .filter(field -> PAGE_SIZES.contains(field.memberName()))
                    .forEach(field -> field.set(builder, size)));
            return ((Buildable) builder).build();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("the SDK has no builder for " + method, e);
        }
    }

    private static Object invoke(Object target, Method method, Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new AssertionError(method + " failed", e);
        } catch (IllegalAccessException e) {
            throw new AssertionError(method + " cannot be called", e);
        }
    }

    /** How many things all pages hold together. */
    private static long things(Object pages) {
        long count = 0;
        for (var page : (Iterable<?>) pages) {
            count += page instanceof DescribeInstancesResponse instances
                    // A reservation may stand on two pages with some of its instances on each.
                    ? instances.reservations().stream()
                            .mapToLong(each -> each.instances().size())
                            .sum()
                    : lists((SdkPojo) page);
        }
        return count;
    }

    private static long lists(SdkPojo page) {
        return page.sdkFields().stream()
                .map(field -> field.getValueOrDefault(page))
                .mapToLong(value -> value instanceof Collection<?> list
                        ? list.size()
                        : value instanceof Map<?, ?> map ? map.size() : 0)
                .sum();
    }

    private static Optional<AwsServiceException> refusal(Runnable call) {
        try {
            call.run();
            return Optional.empty();
        } catch (AwsServiceException e) {
            return Optional.of(e);
        } catch (SdkClientException e) {
            // A waiter that gave up, or met what its rules do not name.
            return Optional.ofNullable(e.getCause())
                    .filter(AwsServiceException.class::isInstance)
                    .map(AwsServiceException.class::cast);
        }
    }
}
