package io.coppice.cloud.compute;

import io.agroal.api.AgroalDataSource;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.image.InstanceCopies;
import io.coppice.cloud.instanceprofile.ProfileCredentials;
import io.coppice.cloud.network.compile.VpcChanges;
import io.coppice.cloud.place.ZoneHealth;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.Lease;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.rpc.RpcChannels;
import io.grpc.ManagedChannel;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The Cloud Controller's side of its zones: of each the channel, the reconciler and the watcher, from start to stop. They share
 * nothing but the database: a zone that does not answer holds up no other one.
 */
@ApplicationScoped
public class ZoneTask implements BackgroundTask, ZoneSignal, ZoneHealth, InstanceConsoles.ZoneLinks {
    private static final long CLOSE_SECONDS = 3;

    private final SiteConfig site;
    private final Zones zones;
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
    /** By zone; nothing before the start and after the stop. */
    private volatile Map<String, Running> running = Map.of();

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
            Zones zones,
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
        this.zones = zones;
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
        if (!running.isEmpty()) {
            return;
        }
        var clock = Clock.systemUTC();
        var material =
                RolePki.keep(site.dataDir(), new PeerIdentity(PeerKind.CLOUD_CONTROLLER, "cloud-controller"), clock);
        var made = new HashMap<String, Running>();
        for (var zone : zones.all()) {
            var doors = zones.doors(zone).orElseThrow();
            var channel = RpcChannels.open(doors.cluster(), material, PeerKind.CLUSTER_CONTROLLER);
            var link = new GrpcZoneLink(channel);
            made.put(zone, new Running(channel, link, control(zone, link, clock)));
        }
        running = Map.copyOf(made);
        made.values().forEach(each -> each.control().start());
    }

    private ZoneControl control(String zone, ZoneLink link, Clock clock) {
        var belongings = new ZoneReconciler.Belongings(networks.network(), volumes, copies);
        var reconciler = new ZoneReconciler(
                database,
                link,
                new ImageUrls(images, config.imageUrlValidity(), clock),
                new InstanceCredentials(database, profiles, clock),
                events,
                belongings,
                new ZoneReconciler.Settings(
                        zone,
                        site.region(),
                        clock,
                        config.applyAgainAfter(),
                        config.applyBatch(),
                        config.unschedulableLimit()));
        var sender = networkSender(zone, link, clock);
        var ingest =
                new ObservationIngest(database, events, belongings, clock, zone, new EveryWorker(reconciler, sender));
        var watcher = new ZoneWatcher(link, ingest, () -> changed(zone), config.watchBuffer(), config.reconnectLimit());
        return new ZoneControl(
                zone,
                new Lease(pool, "zone " + zone),
                new ZoneControl.Workers(reconciler, sender, watcher, purge(zone, clock)),
                config.reconcileInterval());
    }

    /** Those that are terminated are removed by whoever has the cloud's own zone, whichever zone they were in. */
    private Runnable purge(String zone, Clock clock) {
        return zone.equals(zones.standard())
                ? new InstancePurger(database, tags, clock, config.terminatedVisible())::run
                : () -> {};
    }

    private Optional<NetworkSender> networkSender(String zone, ZoneLink link, Clock clock) {
        if (!site.network().mode().vpcs()) {
            return Optional.empty();
        }
        return Optional.of(new NetworkSender(
                new VpcSource(vpcs),
                link,
                new NetworkSender.Settings(zone, clock, config.reconcileInterval(), config.reconnectLimit())));
    }

    @Override
    public synchronized void stop() {
        var ending = running.values();
        running = Map.of();
        try {
            for (var each : ending) {
                each.control().stop();
                each.channel().shutdownNow().awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void changed(String zone) {
        var now = running.get(zone);
        if (now != null) {
            now.control().signal();
        }
    }

    @Override
    public Optional<ZoneLink> of(String zone) {
        return Optional.ofNullable(running.get(zone)).map(Running::link);
    }

    @Override
    public boolean impaired(String zone) {
        var now = running.get(zone);
        return now != null && now.control().silent();
    }

    /** How the reconcilers of this process are; without those of zones that another replica has, empty before the start. */
    public List<ReconcilerStatus> statuses() {
        return running.values().stream()
                .map(Running::control)
                .filter(ZoneControl::holding)
                .flatMap(control -> control.statuses().stream())
                .toList();
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
}
