package io.coppice.cloud.network.flowlog;

import io.agroal.api.AgroalDataSource;
import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.store.Lease;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Map;

/** Delivers flow logs now and then, in one process of the cloud. Thread-safe. */
@ApplicationScoped
class FlowLogTask implements BackgroundTask {
    private final NetworkLedger ledger;
    private final FlowLogDelivery delivery;
    private final Lease lease;
    private final BackgroundLoop loop;

    @Inject
    FlowLogTask(
            NetworkLedger ledger,
            FlowLogDelivery delivery,
            FlowLogConfig config,
            @DataSource("cloud") AgroalDataSource pool) {
        this.ledger = ledger;
        this.delivery = delivery;
        this.lease = new Lease(pool, name());
        this.loop = new BackgroundLoop(name(), config.interval(), this::pass, Clock.systemUTC());
    }

    @Override
    public String name() {
        return "flow-logs";
    }

    @Override
    public void start() {
        if (ledger.open()) {
            loop.start();
        }
    }

    @Override
    public Map<String, String> state() {
        return ledger.open() ? Map.of("delivery", loop.status().result()) : Map.of();
    }

    @Override
    public void stop() {
        loop.stop();
        lease.close();
    }

    private void pass() {
        if (lease.hold()) {
            delivery.pass();
        }
    }
}
