package io.coppice.cloud.front;

import io.coppice.cloud.action.ActionHandler;
import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.query.QueryParameters;
import io.coppice.wire.query.RequestReader;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.Buildable;

/** Every action that somebody carries out. Thread-safe. */
public final class Actions implements ActionRegistry {
    /** Actions that AWS never had and that nobody carries out here: Eucalyptus had them, and its tools call them. */
    static final Set<String> OF_EUCALYPTUS = Set.of("MigrateInstances");

    private final Map<Name, Registered<?, ?, ?, ?>> actions = new ConcurrentHashMap<>();

    /** Asks every feature for its actions. */
    public static Actions of(Iterable<ActionModule> modules) {
        var actions = new Actions();
        modules.forEach(module -> module.register(actions));
        return actions;
    }

    @Override
    public <Q, B extends Buildable & SdkPojo, A extends SdkPojo> void add(
            Service service, String action, Supplier<? extends B> newBuilder, ActionHandler<Q, A> handler) {
        put(new Name(service, action), new Registered<Q, B, Q, A>(newBuilder, Optional.empty(), handler, true));
    }

    @Override
    public <Q extends SdkPojo, B extends Buildable & SdkPojo, R extends ResolvedRequest, A extends SdkPojo>
            void addResolved(
                    Service service,
                    String action,
                    Supplier<? extends B> newBuilder,
                    BiFunction<AccountId, Q, R> resolution,
                    ActionHandler<R, A> handler) {
        put(new Name(service, action), new Registered<Q, B, R, A>(newBuilder, Optional.of(resolution), handler, true));
    }

    @Override
    public <Q, B extends Buildable & SdkPojo, A extends SdkPojo> void addUnsigned(
            Service service, String action, Supplier<? extends B> newBuilder, ActionHandler<Q, A> handler) {
        put(new Name(service, action), new Registered<Q, B, Q, A>(newBuilder, Optional.empty(), handler, false));
    }

    private void put(Name name, Registered<?, ?, ?, ?> registered) {
        var present = actions.putIfAbsent(name, registered);
        if (present != null) {
            throw new IllegalStateException(name.service() + " " + name.action() + " is announced twice");
        }
    }

    Optional<Registered<?, ?, ?, ?>> find(Service service, String action) {
        return Optional.ofNullable(actions.get(new Name(service, action)));
    }

    private record Name(Service service, String action) {}

    /**
     * What is known about an action: how its request is built and who carries it out.
     *
     * @param resolution what makes the handler's request of the client's; empty where they are the same
     * @param signed whether the request must be signed
     */
    record Registered<Q, B extends Buildable & SdkPojo, R, A extends SdkPojo>(
            Supplier<? extends B> newBuilder,
            Optional<? extends BiFunction<AccountId, Q, ? extends ResolvedRequest>> resolution,
            ActionHandler<R, A> handler,
            boolean signed) {
        SdkPojo read(RequestReader reader, QueryParameters parameters) {
            return (SdkPojo) reader.<B>read(parameters, newBuilder.get());
        }

        /** What a request comes to; empty when it is all there is. The request came out of this action's own builder. */
        @SuppressWarnings("unchecked")
        Optional<ResolvedRequest> resolve(AccountId account, Object request) {
            return resolution.map(each -> each.apply(account, (Q) request));
        }

        /** The request came out of this action's own builder or its resolution, so it is of the class that its handler takes. */
        @SuppressWarnings("unchecked")
        SdkPojo handle(RequestContext context, Object request) {
            return handler.handle(context, (R) request);
        }
    }
}
