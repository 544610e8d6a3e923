package io.coppice.cloud.event;

import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.SiteConfig;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Puts {@link EventRoutes} on the process's HTTP server. */
@ApplicationScoped
public class EventEndpoint {
    private final EventReader reader;
    private final EventSignal signal;
    private final ApiAccess access;
    private final EventConfig config;
    private final SiteConfig site;

    /** For the container. */
    @jakarta.inject.Inject
    public EventEndpoint(
            EventReader reader, EventSignal signal, ApiAccess access, EventConfig config, SiteConfig site) {
        this.reader = reader;
        this.signal = signal;
        this.access = access;
        this.config = config;
        this.site = site;
    }

    void register(@Observes Router router) {
        if (site.roles().stream().map(RoleName::parse).noneMatch(RoleName.CLOUD_CONTROLLER::equals)) {
            return;
        }
        new EventRoutes(
                        reader,
                        signal,
                        access,
                        new EventRoutes.Settings(config.subscribers(), config.batch(), config.slowSubscriberLimit()))
                .register(router);
    }
}
