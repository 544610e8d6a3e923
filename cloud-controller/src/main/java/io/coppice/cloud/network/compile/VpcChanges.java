package io.coppice.cloud.network.compile;

import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.network.VpcSignal;
import io.coppice.cloud.network.natgateway.NatGateways;
import io.coppice.cloud.store.Database;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Vpc;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What the sender to hosts reads: VPCs that changed, whole, and those that are gone. Thread-safe. */
@ApplicationScoped
public class VpcChanges {
    private final Database database;
    private final VpcGenerations generations;
    private final VpcCompiler compiler;
    private final VpcSignal signal;
    private final NatGateways gateways;

    /** For the container and for tests. */
    public VpcChanges(
            Database database,
            VpcGenerations generations,
            VpcCompiler compiler,
            VpcSignal signal,
            NatGateways gateways) {
        this.database = database;
        this.generations = generations;
        this.compiler = compiler;
        this.signal = signal;
        this.gateways = gateways;
    }

    /**
     * The VPCs that changed since an earlier look; the same may come twice, none is left out.
     *
     * @param position 0 for all, or that of the earlier look
     */
    public Batch since(long position) {
        return database.read(entities -> {
            var changes = generations.since(entities, position);
            return new Batch(whole(entities, changes.changes()), changes.position());
        });
    }

    /** What hosts must know of these, in the same order; one that went meanwhile is left out and comes as gone later. */
    public List<Vpc> whole(List<VpcGenerations.Change> changes) {
        return database.read(entities -> whole(entities, changes));
    }

    private List<Vpc> whole(EntityManager entities, List<VpcGenerations.Change> changes) {
        var vpcs = new ArrayList<Vpc>();
        for (var change : changes) {
            if (change.deleted()) {
                vpcs.add(VpcCompiler.gone(change.vpcId(), change.generation()));
            } else {
                compiler.compile(entities, change.vpcId()).ifPresent(vpcs::add);
            }
        }
        return List.copyOf(vpcs);
    }

    /** The zone has these, which {@link #whole} gave: what waited for it, or for its end there, waits no longer. */
    public void taken(List<Vpc> vpcs) {
        var known = vpcs.stream().collect(Collectors.toMap(Vpc::getVpcId, VpcChanges::gatewaysOf));
        if (!known.isEmpty()) {
            database.run(entities -> gateways.known(entities, known));
        }
    }

    private static Set<String> gatewaysOf(Vpc vpc) {
        return vpc.getNatGatewaysList().stream()
                .map(NatGateway::getNatGatewayId)
                .collect(Collectors.toSet());
    }

    /** Which VPCs changed since an earlier look, without what is in them. */
    public VpcGenerations.Changes names(long position) {
        return database.read(entities -> generations.since(entities, position));
    }

    /** Take it before a look and pass it to {@link #await}. */
    public long signals() {
        return signal.count();
    }

    /** Waits until this process changed a VPC after {@code seen} was taken, at most this long. */
    public void await(long seen, Duration most) throws InterruptedException {
        signal.await(seen, most);
    }

    /**
     * What a look found.
     *
     * @param position where the next look begins
     */
    public record Batch(List<Vpc> vpcs, long position) {
        /** Keeps its own copy. */
        public Batch {
            vpcs = List.copyOf(vpcs);
        }
    }
}
