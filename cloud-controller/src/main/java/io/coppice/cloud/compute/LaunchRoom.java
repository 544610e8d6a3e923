package io.coppice.cloud.compute;

import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.cloud.quota.Quota;
import io.coppice.cloud.quota.QuotaDefaults;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Map;

/**
 * How many instances of launches an account's quotas leave room for. Works in the launches' transaction, in which launches of
 * one account wait for each other.
 *
 * @param instances the configured quota, for accounts that have none of their own
 * @param vcpus likewise
 * @param memoryMib likewise
 */
record LaunchRoom(long instances, long vcpus, long memoryMib) {
    /** By the configuration. */
    static LaunchRoom of(QuotaDefaults quotas) {
        return new LaunchRoom(quotas.of(Quota.INSTANCES), quotas.of(Quota.VCPUS), quotas.of(Quota.MEMORY_MIB));
    }

    /** What is left for an account now. */
    Left left(EntityManager entities, AccountId account) {
        return new Left(limits(AccountQuotas.of(entities, account)), used(entities, account));
    }

    private LaunchRoom limits(Map<Quota, Long> own) {
        return new LaunchRoom(
                own.getOrDefault(Quota.INSTANCES, instances),
                own.getOrDefault(Quota.VCPUS, vcpus),
                own.getOrDefault(Quota.MEMORY_MIB, memoryMib));
    }

    /** By all instances that are not terminated. */
    private static LaunchRoom used(EntityManager entities, AccountId account) {
        var row = entities.createQuery("""
                        select count(i), coalesce(sum(i.machine.vcpus), 0), coalesce(sum(i.machine.memoryMib), 0)
                        from Instance i where i.accountId = :account and i.state <> TERMINATED""", Object[].class)
                .setParameter("account", account.value())
                .getSingleResult();
        return new LaunchRoom(
                ((Number) row[0]).longValue(), ((Number) row[1]).longValue(), ((Number) row[2]).longValue());
    }

    /** Gives room to one launch after the other. Used by one thread. */
    static final class Left {
        private final LaunchRoom limit;
        private LaunchRoom used;

        private Left(LaunchRoom limit, LaunchRoom used) {
            this.limit = limit;
            this.used = used;
        }

        /**
         * As many instances as the quotas leave, at most what is asked for. Throws {@code InstanceLimitExceeded} or {@code
         * VcpuLimitExceeded} when that is less than the minimum.
         */
        int take(LaunchPlan plan) {
            var least = plan.command().minCount();
            var machine = plan.machine();
            var room = limit.instances - used.instances;
            if (least > room) {
                throw InstanceErrors.limitExceeded(least, used.instances, limit.instances);
            }
            var byVcpus = (limit.vcpus - used.vcpus) / machine.vcpus();
            if (least > byVcpus) {
                throw InstanceErrors.vcpuLimitExceeded(used.vcpus + (long) least * machine.vcpus(), limit.vcpus);
            }
            var byMemory = (limit.memoryMib - used.memoryMib) / machine.memoryMib();
            if (least > byMemory) {
                throw InstanceErrors.memoryLimitExceeded(used.memoryMib + least * machine.memoryMib(), limit.memoryMib);
            }
            var count = Math.min(plan.command().maxCount(), Math.min(room, Math.min(byVcpus, byMemory)));
            used = new LaunchRoom(
                    used.instances + count,
                    used.vcpus + count * machine.vcpus(),
                    used.memoryMib + count * machine.memoryMib());
            return (int) count;
        }
    }
}
