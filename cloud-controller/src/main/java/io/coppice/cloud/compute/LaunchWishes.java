package io.coppice.cloud.compute;

import io.coppice.cloud.placement.PlacementGroups.Group;
import io.coppice.cloud.setting.CpuCredits;
import io.coppice.cloud.setting.LaunchDefaults;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CpuOptionsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.PrivateDnsNameOptionsRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/**
 * What a launch asks for that the account's settings answer when it does not.
 *
 * @param metadata null when nothing is asked for
 * @param cpuCredits null when nothing is asked for, else one that {@link CpuCredits} knows
 * @param names null when nothing is asked for
 * @param cores how many of its type's processors, 0 for all
 * @param partition which partition of its placement group, 0 for the one with the fewest instances
 */
record LaunchWishes(
        @Nullable InstanceMetadataOptionsRequest metadata,
        @Nullable String cpuCredits,
        boolean recoveryDisabled,
        @Nullable PrivateDnsNameOptionsRequest names,
        int cores,
        int partition) {

    /** Throws what can be refused without looking anything up. */
    static LaunchWishes of(RunInstancesRequest request, String instanceType, @Nullable Group group) {
        LaunchParser.metadata(MetadataOptions.USUAL, request.metadataOptions());
        var maintenance = request.maintenanceOptions();
        NameOptions.USUAL.changed(request.privateDnsNameOptions());
        return new LaunchWishes(
                request.metadataOptions(),
                credits(request, instanceType),
                maintenance != null && recoveryDisabled(maintenance.autoRecoveryAsString()),
                request.privateDnsNameOptions(),
                cores(request.cpuOptions()),
                partition(request, group));
    }

    private static @Nullable String credits(RunInstancesRequest request, String instanceType) {
        var credits = request.creditSpecification() == null
                ? null
                : request.creditSpecification().cpuCredits();
        if (credits == null || credits.isEmpty()) {
            return null;
        }
        if (!CpuCredits.isKnown(credits)) {
            throw InstanceErrors.invalid("CreditSpecification.CpuCredits", credits, "Expecting standard or unlimited.");
        }
        if (CpuCredits.familyOf(instanceType).isEmpty()) {
            throw InstanceErrors.combination("The CreditSpecification parameter is not supported for the instance type "
                    + instanceType + ": leave it out");
        }
        return credits;
    }

    /** @param state null for the usual */
    static boolean recoveryDisabled(@Nullable String state) {
        if (state != null && !state.equals("default") && !state.equals("disabled")) {
            throw InstanceErrors.invalid("autoRecovery", state, "Expecting default or disabled.");
        }
        return "disabled".equals(state);
    }

    private static int cores(@Nullable CpuOptionsRequest options) {
        if (options == null || (options.coreCount() == null && options.threadsPerCore() == null)) {
            return 0;
        }
        if (options.coreCount() == null || options.threadsPerCore() == null) {
            throw InstanceErrors.combination("Give CoreCount and ThreadsPerCore together, or neither");
        }
        checkThreads(options.threadsPerCore());
        return options.coreCount();
    }

    static void checkThreads(int threads) {
        if (threads != 1) {
            throw InstanceErrors.invalid(
                    "ThreadsPerCore", threads, "The types of this cloud have one thread per core.");
        }
    }

    private static int partition(RunInstancesRequest request, @Nullable Group group) {
        var asked = request.placement() == null ? null : request.placement().partitionNumber();
        if (asked == null) {
            return 0;
        }
        if (group == null || !group.hasPartitions()) {
            throw InstanceErrors.combination(
                    "PartitionNumber is for instances in a placement group with the strategy partition");
        }
        if (asked < 1 || asked > group.partitions()) {
            throw InstanceErrors.invalid("PartitionNumber", asked, "Expecting 1 to " + group.partitions() + ".");
        }
        return asked;
    }

    /** The metadata options of the launch: its own, else the account's, else the usual ones. */
    MetadataOptions metadata(LaunchDefaults defaults) {
        var usual = LaunchParser.metadata(
                MetadataOptions.USUAL,
                defaults.httpTokens(),
                defaults.hopLimit(),
                defaults.httpEndpoint(),
                defaults.instanceTags(),
                null);
        return enforced(LaunchParser.metadata(usual, metadata), defaults);
    }

    /** Throws when an account that insists on tokens asks for an instance without. */
    static MetadataOptions enforced(MetadataOptions options, LaunchDefaults defaults) {
        if (defaults.httpTokensEnforced() && options.enabled() && !options.tokenRequired()) {
            throw InstanceErrors.unsupported(
                    "The account enforces tokens for the metadata service (HttpTokensEnforced):"
                            + " set MetadataOptions.HttpTokens to required.");
        }
        return options;
    }

    /** @param usualNames those of the subnet, for what the launch does not say */
    InstanceChoices choices(LaunchDefaults defaults, String instanceType, NameOptions usualNames) {
        var named = usualNames.changed(names);
        return new InstanceChoices(
                cpuCredits == null ? defaults.unlimited(instanceType) : cpuCredits.equals(CpuCredits.UNLIMITED),
                recoveryDisabled,
                named.resourceNamed(),
                named.ipv4Record(),
                named.ipv6Record());
    }
}
