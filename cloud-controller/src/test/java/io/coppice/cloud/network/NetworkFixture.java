package io.coppice.cloud.network;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestActions;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.cloud.token.ClientTokens;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.wire.error.AwsException;
import io.quarkus.arc.DefaultBean;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Entity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkPojo;

/**
 * All features below {@code cloud.network} on one real database, as a test fixture: what the container does in the product,
 * a constructor call does here. Whatever is application-scoped there is found by itself.
 */
public final class NetworkFixture {
    /** What {@link TestDatabase#truncate} empties all networks by. */
    public static final String[] TABLES = {
        "vpcs",
        "network_accounts",
        "vpc_generations",
        "network_segments",
        "egress_only_internet_gateways",
        "dhcp_options",
        "nat_gateways",
        "vpc_peerings",
        "tag"
    };

    private static final String PACKAGE = "io.coppice.cloud.network";

    private final Map<Class<?>, Object> made = new HashMap<>();
    private final RecordingEventLog events = new RecordingEventLog();
    private final TestDatabase database;
    private final TestActions actions;

    /** The features on a database that {@link #database} started, with configuration values beside the defaults. */
    public NetworkFixture(TestDatabase database, Map<String, String> settings) {
        this(database, settings, Clock.systemUTC());
    }

    /** As the other constructor, at another time. */
    public NetworkFixture(TestDatabase database, Map<String, String> settings, Clock clock) {
        this.database = database;
        var values = new TreeMap<>(settings);
        values.putIfAbsent("coppice.network.mode", "VPC");
        values.put("coppice.data-dir", "/nowhere");
        var builder = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(SiteConfig.class)
                .withDefaultValues(values)
                .withValidateUnknown(false);
        var mappings = classes().stream()
                .filter(type -> type.isAnnotationPresent(ConfigMapping.class))
                .toList();
        mappings.forEach(builder::withMapping);
        var config = builder.build();
        var site = config.getConfigMapping(SiteConfig.class);
        List.of(
                        database,
                        events,
                        clock,
                        site,
                        new StoppedInstances(),
                        TestTags.in(database),
                        new Pages(new PageTokens(() -> new byte[32])),
                        new ClientTokens(clock),
                        new Zones(site, under("coppice.zones.cluster.", values), under("coppice.zones.ebs.", values)),
                        new DefaultNetwork(site, "172.31.0.0/16"))
                .forEach(each -> made.put(each.getClass(), each));
        mappings.forEach(type -> made.put(type, config.getConfigMapping(type)));
        var modules = new ArrayList<ActionModule>();
        classes().stream()
                .filter(type -> ActionModule.class.isAssignableFrom(type) && isBean(type))
                .forEach(type -> modules.add((ActionModule) bean(type)));
        actions = new TestActions(modules);
    }

    /** The values whose keys begin so, by what follows. */
    private static Map<String, String> under(String prefix, Map<String, String> values) {
        var found = new TreeMap<String, String>();
        values.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }

    /** A database with the entities of all these features, of tags and of others. */
    public static TestDatabase database(Class<?>... more) {
        var entities = new ArrayList<Class<?>>();
        classes().stream()
                .filter(type -> type.isAnnotationPresent(Entity.class))
                .forEach(entities::add);
        entities.add(TestTags.ENTITY);
        entities.addAll(List.of(more));
        return TestDatabase.start(entities.toArray(Class<?>[]::new));
    }

    /** Answers a request of {@link TestRequests#ALICE}. */
    public <A extends SdkPojo> A call(Class<A> answer, SdkPojo request) {
        return call(TestRequests.ALICE, answer, request);
    }

    /** Answers a request. */
    public <A extends SdkPojo> A call(AccountId account, Class<A> answer, SdkPojo request) {
        return answer.cast(actions.call(account, request));
    }

    /** The code that a request is refused with. */
    public String refusal(SdkPojo request) {
        return refusal(TestRequests.ALICE, request);
    }

    /** As {@link #refusal(SdkPojo)}, for another account. */
    public String refusal(AccountId account, SdkPojo request) {
        return assertThrows(AwsException.class, () -> actions.call(account, request), request::toString)
                .code();
    }

    /** What was written down. */
    public RecordingEventLog events() {
        return events;
    }

    /** The database below it. */
    public TestDatabase store() {
        return database;
    }

    /** A bean of these features. */
    public <T> T bean(Class<T> type) {
        return type.cast(find(type));
    }

    private Object find(Class<?> type) {
        for (var each : made.entrySet()) {
            if (type.isAssignableFrom(each.getKey())) {
                return each.getValue();
            }
        }
        return make(implementation(type));
    }

    private static Class<?> implementation(Class<?> type) {
        var candidates = classes().stream()
                .filter(each -> type.isAssignableFrom(each) && isBean(each))
                .toList();
        return candidates.stream()
                .filter(each -> candidates.size() == 1 || !each.isAnnotationPresent(DefaultBean.class))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bean is a " + type));
    }

    private Object make(Class<?> type) {
        var present = made.get(type);
        if (present != null) {
            return present;
        }
        var constructor = type.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        var arguments = new ArrayList<>();
        for (var parameter : constructor.getParameters()) {
            arguments.add(parameter.getType() == List.class ? all(parameter) : find(parameter.getType()));
        }
        try {
            var bean = constructor.newInstance(arguments.toArray());
            made.put(type, bean);
            return bean;
        } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
            throw new AssertionError("cannot make a " + type, e);
        }
    }

    private List<Object> all(Parameter parameter) {
        var element = (Class<?>) ((ParameterizedType) parameter.getParameterizedType()).getActualTypeArguments()[0];
        return classes().stream()
                .filter(each -> element.isAssignableFrom(each) && isBean(each))
                .map(this::make)
                .toList();
    }

    private static boolean isBean(Class<?> type) {
        return type.isAnnotationPresent(ApplicationScoped.class);
    }

    /** The product's classes of these features. */
    private static List<Class<?>> classes() {
        var found = new ArrayList<Class<?>>();
        try {
            var root = Path.of(NetworkKind.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (var files = Files.walk(root.resolve(PACKAGE.replace('.', '/')))) {
                for (var file : files.filter(each -> each.toString().endsWith(".class"))
                        .sorted()
                        .toList()) {
                    var name = root.relativize(file).toString().replace('/', '.');
                    found.add(Class.forName(name.substring(0, name.length() - ".class".length())));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException | ClassNotFoundException e) {
            throw new AssertionError(e);
        }
        return found;
    }
}
