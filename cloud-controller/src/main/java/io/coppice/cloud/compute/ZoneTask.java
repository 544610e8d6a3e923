package io.coppice.cloud.compute;

import io.agroal.api.AgroalDataSource;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.image.InstanceCopies;
import io.coppice.cloud.instanceprofile.ProfileCredentials;
import io.coppice.cloud.network.compile.VpcChanges;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.Lease;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.grpc.ManagedChannel;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The Cloud Controller's side of its zone: the channel, the reconciler and the watcher, from start to stop. */
@ApplicationScoped
public class ZoneTask implements BackgroundTask, ZoneSignal, InstanceConsoles.ZoneLinks {
    private static final long CLOSE_SECONDS = 3;

    private final SiteConfig site;
    private final ComputeConfig config;
    private final Database database;
    private final AgroalDataSource pool;
    private final EventLog events;
    private final Images images;
    private final Tags tags;
    private final ProfileCredentials profiles;
    private final ZoneNetworks networks;
    private final VpcChanges vpcs;
    private final VolumeAttachments volumes;
    private final InstanceCopies copies;
    private volatile @Nullable Running running;

    private record Running(ManagedChannel channel, ZoneLink link, ZoneControl control) {}

    /** Passes on what a zone says of itself. */
    private record EveryWorker(ZoneReconciler reconciler, Optional<NetworkSender> sender) implements ZoneNews {
        @Override
        public void startedAnew() {
            sender.ifPresent(NetworkSender::zoneStartedAnew);
            reconciler.startedAnew();
        }

        @Override
        public void spokeOf(Collection<String> instanceIds) {
            reconciler.spokeOf(instanceIds);
        }
    }

    /** For the container. */
    @jakarta.inject.Inject
    @SuppressWarnings("TooManyParameters")
    public ZoneTask(
            SiteConfig site,
            ComputeConfig config,
            Database database,
            @DataSource("cloud") AgroalDataSource pool,
            EventLog events,
            Images images,
            Tags tags,
            ProfileCredentials profiles,
            ZoneNetworks networks,
            VpcChanges vpcs,
            VolumeAttachments volumes,
            InstanceCopies copies) {
        this.site = site;
        this.config = config;
        this.database = database;
        this.pool = pool;
        this.events = events;
        this.images = images;
        this.tags = tags;
        this.profiles = profiles;
        this.networks = networks;
        this.vpcs = vpcs;
        this.volumes = volumes;
        this.copies = copies;
    }

    @Override
    public String name() {
        return "zone";
    }

    @Override
    public synchronized void start() {
        if (running != null) {
            return;
        }
        var clock = Clock.systemUTC();
        var material =
                RolePki.keep(site.dataDir(), new PeerIdentity(PeerKind.CLOUD_CONTROLLER, "cloud-controller"), clock);
        var channel =
                RpcChannels.open(Address.parse(site.endpoints().cluster()), material, PeerKind.CLUSTER_CONTROLLER);
        var link = new GrpcZoneLink(channel);
        var control = control(link, clock);
        running = new Running(channel, link, control);
        control.start();
    }

    private ZoneControl control(ZoneLink link, Clock clock) {
        var belongings = new ZoneReconciler.Belongings(networks.network(), volumes, copies);
        var reconciler = new ZoneReconciler(
                database,
                link,
                new ImageUrls(images, config.imageUrlValidity(), clock),
                new InstanceCredentials(database, profiles, clock),
                events,
                belongings,
                new ZoneReconciler.Settings(
                        site.zone(),
                        site.region(),
                        clock,
                        config.applyAgainAfter(),
                        config.applyBatch(),
                        config.unschedulableLimit()));
        var sender = networkSender(link, clock);
        var ingest = new ObservationIngest(
                database, events, belongings, clock, site.zone(), new EveryWorker(reconciler, sender));
        var watcher = new ZoneWatcher(
                link, ingest, () -> changed(site.zone()), config.watchBuffer(), config.reconnectLimit());
        var purger = new InstancePurger(database, tags, clock, config.terminatedVisible());
        return new ZoneControl(
                site.zone(),
                new Lease(pool, "zone " + site.zone()),
                new ZoneControl.Workers(reconciler, sender, watcher, purger::run),
                config.reconcileInterval());
    }

    private Optional<NetworkSender> networkSender(ZoneLink link, Clock clock) {
        if (!site.network().mode().vpcs()) {
            return Optional.empty();
        }
        return Optional.of(new NetworkSender(
                new VpcSource(vpcs),
                link,
                new NetworkSender.Settings(site.zone(), clock, config.reconcileInterval(), config.reconnectLimit())));
    }

    @Override
    public synchronized void stop() {
        var ending = running;
        running = null;
        if (ending == null) {
            return;
        }
        try {
            ending.control().stop();
            ending.channel().shutdownNow().awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void changed(String zone) {
        var now = running;
        if (now != null) {
            now.control().signal();
        }
    }

    @Override
    public Optional<ZoneLink> of(String zone) {
        var now = running;
        return now == null ? Optional.empty() : Optional.of(now.link());
    }

    /** How the reconcilers of this process are; empty while another replica has the zone, or before the start. */
    public List<ReconcilerStatus> statuses() {
        var now = running;
        return now == null || !now.control().holding()
                ? List.of()
                : now.control().statuses();
    }

    @Override
    public Map<String, String> state() {
        return statuses().stream()
                .collect(Collectors.toMap(
                        ReconcilerStatus::name,
                        status -> status.backlog() > 0
                                ? status.result() + ", " + status.backlog() + " waiting"
                                : status.result()));
    }

    /** Whether reports of the zone arrive. */
    public boolean connected() {
        var now = running;
        return now != null && now.control().connected();
    }
}
