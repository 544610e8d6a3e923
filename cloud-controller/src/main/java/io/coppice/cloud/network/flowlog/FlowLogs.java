package io.coppice.cloud.network.flowlog;

import io.coppice.cloud.network.NetworkKind;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Flow logs in the database. Every method works in the caller's transaction, which has their VPCs locked. Thread-safe. */
@ApplicationScoped
public class FlowLogs {
    private final FlowLogConfig config;
    private final Clock clock;

    /** For the container and for tests. */
    public FlowLogs(FlowLogConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * Makes one; throws when the resource has the same already, or as many as it may have.
     *
     * @param creationId the same for all of a request
     */
    FlowLogRow make(
            EntityManager entities,
            AccountId account,
            String creationId,
            FlowLogResource resource,
            WantedFlowLog wanted) {
        var row = new FlowLogRow(
                NetworkKind.FLOW_LOG.newId(), account.value(), creationId, resource, wanted, clock.instant());
        var present = of(entities, List.of(resource.vpcId())).stream()
                .filter(each -> each.resourceId().equals(resource.id()))
                .toList();
        if (present.stream().anyMatch(each -> isSame(each, row))) {
            throw FlowLogErrors.exists();
        }
        if (present.size() >= config.maxPerResource()) {
            throw FlowLogErrors.limit(config.maxPerResource());
        }
        entities.persist(row);
        entities.flush();
        return row;
    }

    private static boolean isSame(FlowLogRow one, FlowLogRow other) {
        return one.trafficType.equals(other.trafficType)
                && one.logDestination.equals(other.logDestination)
                && one.logFormat.equals(other.logFormat)
                && one.maxAggregationSeconds == other.maxAggregationSeconds;
    }

    /** All of an account by id. */
    List<FlowLogRow> all(EntityManager entities, AccountId account) {
        return entities.createQuery("from FlowLogRow f where f.accountId = :account order by f.id", FlowLogRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }

    /** Those of a request by id. */
    List<FlowLogRow> created(EntityManager entities, AccountId account, @Nullable String creationId) {
        return all(entities, account).stream()
                .filter(each -> each.creationId.equals(creationId))
                .toList();
    }

    /** Those that record anything of these VPCs, by id. */
    List<FlowLogRow> of(EntityManager entities, Collection<String> vpcIds) {
        return entities.createQuery("from FlowLogRow f where f.vpcId in (:vpcs) order by f.id", FlowLogRow.class)
                .setParameter("vpcs", vpcIds)
                .getResultList();
    }
}
