package io.coppice.cloud.compute;

import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.cloud.quota.Quota;
import io.coppice.cloud.quota.QuotaDefaults;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;

/**
 * How many instances of a launch an account's quotas leave room for. Works in the launch's transaction, in which launches of
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

    /** What is used of the quotas by all instances that are not terminated. */
    private record Use(long instances, long vcpus, long memoryMib) {
        static Use of(EntityManager entities, AccountId account) {
            var row = entities.createQuery("""
                            select count(i), coalesce(sum(i.machine.vcpus), 0), coalesce(sum(i.machine.memoryMib), 0)
                            from Instance i where i.accountId = :account and i.state <> TERMINATED""", Object[].class)
                    .setParameter("account", account.value())
                    .getSingleResult();
            return new Use(((Number) row[0]).longValue(), ((Number) row[1]).longValue(), ((Number) row[2]).longValue());
        }
    }

    /**
     * As many as the quotas leave, at most what is asked for. Throws {@code InstanceLimitExceeded} or {@code
     * VcpuLimitExceeded} when that is less than the minimum.
     */
    int allowedCount(EntityManager entities, LaunchPlan plan) {
        var own = AccountQuotas.of(entities, plan.account());
        var use = Use.of(entities, plan.account());
        var least = plan.command().minCount();
        var machine = plan.machine();
        var instanceLimit = own.getOrDefault(Quota.INSTANCES, instances);
        var room = instanceLimit - use.instances();
        if (least > room) {
            throw InstanceErrors.limitExceeded(least, use.instances(), instanceLimit);
        }
        var vcpuLimit = own.getOrDefault(Quota.VCPUS, vcpus);
        var roomByVcpus = (vcpuLimit - use.vcpus()) / machine.vcpus();
        if (least > roomByVcpus) {
            throw InstanceErrors.vcpuLimitExceeded(use.vcpus() + (long) least * machine.vcpus(), vcpuLimit);
        }
        var memoryLimit = own.getOrDefault(Quota.MEMORY_MIB, memoryMib);
        var roomByMemory = (memoryLimit - use.memoryMib()) / machine.memoryMib();
        if (least > roomByMemory) {
            throw InstanceErrors.memoryLimitExceeded(use.memoryMib() + least * machine.memoryMib(), memoryLimit);
        }
        return (int) Math.min(plan.command().maxCount(), Math.min(room, Math.min(roomByVcpus, roomByMemory)));
    }
}
