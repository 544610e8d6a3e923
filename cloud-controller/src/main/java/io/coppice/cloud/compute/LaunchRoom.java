package io.coppice.cloud.compute;

import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.cloud.quota.Quota;
import io.coppice.cloud.quota.QuotaDefaults;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.List;
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

    /** What the account's quotas leave for launches; asked together with other things, to be got once these were run. */
    Ask ask(PlainSql.Together together, AccountId account) {
        var quotas = AccountQuotas.of(together, account);
        var bound = LaunchUsage.bound(together, account);
        return (entities, plans) -> {
            var own = quotas.get();
            if (!bound.isEmpty()) {
                var left = left(own, bound.getFirst());
                if (left.isEnoughFor(plans)) {
                    return left;
                }
            }
            return left(own, LaunchUsage.count(entities, account));
        };
    }

    /** Gives what is left, exactly unless all of these launches fit in any case. */
    @FunctionalInterface
    interface Ask {
        Left leftFor(EntityManager entities, List<LaunchPlan> plans);
    }

    private Left left(Map<Quota, Long> own, LaunchUsage used) {
        return new Left(
                new Share(own.getOrDefault(Quota.INSTANCES, instances), used.instances()),
                new Share(own.getOrDefault(Quota.VCPUS, vcpus), used.vcpus()),
                new Share(own.getOrDefault(Quota.MEMORY_MIB, memoryMib), used.memoryMib()));
    }

    /** A quota and what is used of it. */
    private static final class Share {
        private final long limit;
        private long used;

        Share(long limit, long used) {
            this.limit = limit;
            this.used = used;
        }

        long room(long each) {
            return (limit - used) / each;
        }
    }

    /** What is left of an account's quotas, less with every launch that takes of it. Not thread-safe. */
    static final class Left {
        private final Share instances;
        private final Share vcpus;
        private final Share memoryMib;

        private Left(Share instances, Share vcpus, Share memoryMib) {
            this.instances = instances;
            this.vcpus = vcpus;
            this.memoryMib = memoryMib;
        }

        private boolean isEnoughFor(List<LaunchPlan> plans) {
            long count = 0;
            long cpus = 0;
            long mib = 0;
            for (var plan : plans) {
                long each = plan.command().maxCount();
                count += each;
                cpus += each * plan.machine().vcpus();
                mib += each * plan.machine().memoryMib();
            }
            return count <= instances.room(1) && cpus <= vcpus.room(1) && mib <= memoryMib.room(1);
        }

        /** What is used, with what was taken. */
        LaunchUsage used() {
            return new LaunchUsage(instances.used, vcpus.used, memoryMib.used);
        }

        /**
         * Takes as many instances as the quotas leave, at most what is asked for. Throws {@code InstanceLimitExceeded} or
         * {@code VcpuLimitExceeded}, and takes nothing, when that is less than the minimum.
         */
        int take(LaunchPlan plan) {
            var machine = plan.machine();
            var least = plan.command().minCount();
            if (least > instances.room(1)) {
                throw InstanceErrors.limitExceeded(least, instances.used, instances.limit);
            }
            if (least > vcpus.room(machine.vcpus())) {
                throw InstanceErrors.vcpuLimitExceeded(vcpus.used + (long) least * machine.vcpus(), vcpus.limit);
            }
            if (least > memoryMib.room(machine.memoryMib())) {
                throw InstanceErrors.memoryLimitExceeded(memoryMib.used + least * machine.memoryMib(), memoryMib.limit);
            }
            var roomiest = Math.min(
                    instances.room(1), Math.min(vcpus.room(machine.vcpus()), memoryMib.room(machine.memoryMib())));
            var count = (int) Math.min(plan.command().maxCount(), roomiest);
            instances.used += count;
            vcpus.used += (long) count * machine.vcpus();
            memoryMib.used += count * machine.memoryMib();
            return count;
        }
    }
}
