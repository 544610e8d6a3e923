package io.coppice.cloud.event;

import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.util.Optional;

/** Puts {@link EventRoutes} on the process's HTTP server. */
@ApplicationScoped
public class EventEndpoint {
    private final EventReader reader;
    private final EventSignal signal;
    private final Instance<ApiAccess> access;
    private final EventConfig config;

    /** For the container. */
    @jakarta.inject.Inject
    public EventEndpoint(EventReader reader, EventSignal signal, Instance<ApiAccess> access, EventConfig config) {
        this.reader = reader;
        this.signal = signal;
        this.access = access;
        this.config = config;
    }

    void register(@Observes Router router) {
        ApiAccess gate = access.isResolvable() ? access.get() : request -> Optional.empty();
        new EventRoutes(
                        reader,
                        signal,
                        gate,
                        new EventRoutes.Settings(config.subscribers(), config.batch(), config.slowSubscriberLimit()))
                .register(router);
    }
}
