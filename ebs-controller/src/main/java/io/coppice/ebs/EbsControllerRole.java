package io.coppice.ebs;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.key.MasterKey;
import io.coppice.ebs.serve.NbdTls;
import io.coppice.ebs.transfer.DiskTransferService;
import io.coppice.ebs.transfer.Transfers;
import io.coppice.ebs.volume.BlockStorageService;
import io.coppice.ebs.volume.KeptKeys;
import io.coppice.ebs.volume.SnapshotWork;
import io.coppice.ebs.volume.Snapshots;
import io.coppice.ebs.volume.Transactions;
import io.coppice.ebs.volume.VolumeWorker;
import io.coppice.ebs.volume.Volumes;
import io.coppice.foundation.pki.AuthorityTrust;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.QemuCredentials;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.Role;
import io.coppice.foundation.role.RoleHealth;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.role.VolumeDoor;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.foundation.signal.ChangeSignal;
import io.coppice.foundation.undo.Undo;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The EBS controller as a role: opens its door and runs the worker. Thread-safe. */
@ApplicationScoped
public class EbsControllerRole implements Role {
    private static final String MASTER_KEY = "ebs-master-key";

    private final SiteConfig site;
    private final EbsConfig config;
    private final Transactions transactions;
    private final Clock clock = Clock.systemUTC();

    private @Nullable Running running;

    /** What is up while the role is. {@code stop} takes all of it down. */
    private record Running(Undo stop, Storage storage, VolumeWorker worker) {}

    /** Built by the container. */
    public EbsControllerRole(SiteConfig site, EbsConfig config, Transactions transactions) {
        this.site = site;
        this.config = config;
        this.transactions = transactions;
    }

    @Override
    public RoleName name() {
        return RoleName.EBS_CONTROLLER;
    }

    @Override
    public synchronized void start() {
        if (running != null) {
            return;
        }
        var undo = Undo.begin();
        try {
            running = open(undo);
        } catch (IOException e) {
            throw new RoleStartException(
                    "the EBS controller does not start: " + e.getMessage(),
                    "free the address " + site.endpoints().ebs()
                            + " or choose another with coppice.endpoints.ebs, and check who may write "
                            + site.dataDir(),
                    e);
        } finally {
            if (running == null) {
                undo.close();
            }
        }
    }

    @Override
    public synchronized void stop() {
        if (running != null) {
            running.stop().close();
            running = null;
        }
    }

    @Override
    public synchronized RoleHealth health() {
        if (running == null) {
            return RoleHealth.notReady("not started");
        }
        try {
            return RoleHealth.ready(
                    "serves volumes on " + site.endpoints().ebs(),
                    Map.of(
                            "freeBytes",
                                    String.valueOf(running.storage()
                                            .backend()
                                            .capacity()
                                            .freeBytes()),
                            "worker", running.worker().summary(),
                            "snapshotCopies", running.storage().copies().get()));
        } catch (IOException e) {
            return RoleHealth.notReady("how much room there is for volumes cannot be told: " + e.getMessage());
        }
    }

    private Running open(Undo undo) throws IOException {
        var identity = RolePki.identity(name(), site.region(), site.zone());
        var names = config.nbdAddress().isPresent() ? Set.of(VolumeDoor.name(site.zone())) : Set.<String>of();
        var tls = RolePki.keep(site.dataDir(), identity, names, clock);
        var folder = site.dataDir().resolve("ebs");
        var volumes = new Volumes(clock);
        var snapshots = new Snapshots(clock);
        // Beside the folder of volumes: a disk that is lost must not take along what its copies are read with.
        var master = MasterKey.open(site.dataDir().resolve(MASTER_KEY));
        var keys = new KeptKeys(transactions, volumes, snapshots, master);
        var storage = storage(folder, keys, tls, undo);
        var backend = storage.backend();
        var changes = new ChangeSignal();
        var snapshotWork = new SnapshotWork(transactions, snapshots, backend, changes, storage.lost(), keys);
        var worker = new VolumeWorker(
                transactions, volumes, snapshotWork, backend, changes, config.scanEvery(), config.maxConcurrent());
        worker.start();
        undo.add("stop the worker", worker::close);
        var workers = new BlockStorageService.Workers(worker, snapshotWork);
        var transfers = transfers(folder, storage, tls);
        undo.add("end the transfers", transfers::close);
        var rpc = RpcServer.listeningOn(Address.parse(site.endpoints().ebs()), tls)
                .offer(
                        new BlockStorageService(transactions, volumes, snapshots, backend, workers, changes),
                        PeerKind.CLOUD_CONTROLLER)
                .offer(new DiskTransferService(transfers), PeerKind.CLOUD_CONTROLLER)
                .offer(storage.copiesDoor(), PeerKind.CLOUD_CONTROLLER)
                .start();
        undo.add("close the gRPC door", rpc::close);
        // Before the door closes: it waits for calls that are under way, and watchers would stay for ever.
        undo.add("end the watches", changes::end);
        return new Running(undo, storage, worker);
    }

    private Storage storage(Path folder, DiskKeys keys, OwnCertificate tls, Undo undo) throws IOException {
        var nbd = nbdTls(folder);
        var copying = SnapshotCopying.of(site, config, transactions, tls, clock);
        return switch (config.backend()) {
            case LOCAL -> new LocalStorage(config, copying).open(new LocalStorage.Means(folder, keys, nbd), undo);
            case RBD -> new CephStorage(config, copying).open(folder, keys, nbd, undo);
        };
    }

    private Transfers transfers(Path folder, Storage storage, OwnCertificate tls) throws IOException {
        return new Transfers(
                folder.resolve("transfers"),
                storage.disks(),
                storage.lost(),
                new Transfers.Limits(config.transfersAtOnce(), config.transferBytes(), config.transferTime()),
                AuthorityTrust.of(tls.current().authority()),
                clock);
    }

    private Optional<NbdTls> nbdTls(Path folder) throws IOException {
        if (config.nbdAddress().isEmpty()) {
            return Optional.empty();
        }
        var credentials = Files.createDirectories(folder.resolve("nbd-tls"));
        var pki = RolePki.folder(site.dataDir(), RolePki.identity(name(), site.region(), site.zone()));
        QemuCredentials.fill(credentials, pki, QemuCredentials.End.SERVER);
        try {
            return Optional.of(
                    NbdTls.of(config.nbdAddress().get(), config.nbdPorts(), credentials, VolumeDoor.name(site.zone())));
        } catch (IllegalArgumentException e) {
            throw new RoleStartException(
                    "the EBS controller does not start: " + e.getMessage(), "correct coppice.ebs.nbd-ports", e);
        }
    }
}
