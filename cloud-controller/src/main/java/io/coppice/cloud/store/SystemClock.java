package io.coppice.cloud.store;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;

/** The clock of the running Cloud Controller: UTC. */
@Dependent
class SystemClock {
    @Produces
    @DefaultBean
    Clock clock() {
        return Clock.systemUTC();
    }
}
