package io.coppice.cloud.instancetype;

import io.coppice.cloud.query.Glob;
import io.coppice.wire.error.AwsException;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.GetInstanceTypesFromInstanceRequirementsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceRequirementsRequest;

/**
 * Which types have what a request asks for. What no type of this cloud has (accelerators, local disks, bare metal, promises
 * about the maker of a processor or about bandwidth) is met by none. Source: EC2 API reference, InstanceRequirementsRequest.
 * Pure.
 */
final class TypeRequirements {
    private static final double MIB_PER_GIB = 1024;
    private static final String INCLUDED = "included";
    private static final String REQUIRED = "required";
    private static final String EXCLUDED = "excluded";

    private TypeRequirements() {}

    /** Throws {@code MissingParameter} or {@code InvalidParameterCombination} as AWS does. */
    static Predicate<InstanceType> of(GetInstanceTypesFromInstanceRequirementsRequest request) {
        require(!request.architectureTypesAsStrings().isEmpty(), "ArchitectureType");
        require(!request.virtualizationTypesAsStrings().isEmpty(), "VirtualizationType");
        var wanted = request.instanceRequirements();
        require(wanted != null, "InstanceRequirements");
        require(
                wanted != null
                        && wanted.vCpuCount() != null
                        && wanted.vCpuCount().min() != null,
                "VCpuCount.Min");
        require(
                wanted != null
                        && wanted.memoryMiB() != null
                        && wanted.memoryMiB().min() != null,
                "MemoryMiB.Min");
        if (!wanted.allowedInstanceTypes().isEmpty()
                && !wanted.excludedInstanceTypes().isEmpty()) {
            throw AwsException.client(
                    "InvalidParameterCombination", "Give AllowedInstanceTypes or ExcludedInstanceTypes, not both");
        }
        var possible = request.architectureTypesAsStrings().contains(InstanceTypeAnswers.ARCHITECTURE)
                && request.virtualizationTypesAsStrings().contains("hvm")
                && isPossible(wanted);
        return possible ? sized(wanted).and(stored(wanted)).and(kind(wanted)).and(named(wanted)) : type -> false;
    }

    private static void require(boolean given, String parameter) {
        if (!given) {
            throw AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
        }
    }

    private static boolean isPossible(InstanceRequirementsRequest wanted) {
        var accelerated = !wanted.acceleratorTypesAsStrings().isEmpty()
                || !wanted.acceleratorManufacturersAsStrings().isEmpty()
                || !wanted.acceleratorNamesAsStrings().isEmpty()
                || wanted.acceleratorTotalMemoryMiB() != null
                || (wanted.acceleratorCount() != null
                        && wanted.acceleratorCount().min() != null
                        && wanted.acceleratorCount().min() > 0);
        var promised = !wanted.cpuManufacturersAsStrings().isEmpty()
                || wanted.baselineEbsBandwidthMbps() != null
                || wanted.networkBandwidthGbps() != null
                || wanted.baselinePerformanceFactors() != null;
        return !accelerated
                && !promised
                && !REQUIRED.equals(wanted.bareMetalAsString())
                && !Boolean.TRUE.equals(wanted.requireHibernateSupport())
                && !Boolean.TRUE.equals(wanted.requireEncryptionInTransit());
    }

    private static Predicate<InstanceType> sized(InstanceRequirementsRequest wanted) {
        var processors = wanted.vCpuCount();
        var memory = wanted.memoryMiB();
        var ratio = wanted.memoryGiBPerVCpu();
        var interfaces = wanted.networkInterfaceCount();
        return type -> within(type.vcpus(), processors.min(), processors.max())
                && within(type.memoryMib(), memory.min(), memory.max())
                && (ratio == null || within(type.memoryMib() / MIB_PER_GIB / type.vcpus(), ratio.min(), ratio.max()))
                && (interfaces == null || within(type.networkInterfaces(), interfaces.min(), interfaces.max()));
    }

    private static Predicate<InstanceType> stored(InstanceRequirementsRequest wanted) {
        var disks = wanted.localStorageAsString() == null ? INCLUDED : wanted.localStorageAsString();
        var kinds = wanted.localStorageTypesAsStrings();
        var total = wanted.totalLocalStorageGB();
        return type -> {
            var storage = type.localStorage();
            var has = storage.disks() > 0;
            return (disks.equals(INCLUDED) || has == disks.equals(REQUIRED))
                    && (!has || kinds.isEmpty() || kinds.contains(InstanceTypeAnswers.kind(storage)))
                    && (total == null || within(storage.totalGib(), total.min(), total.max()));
        };
    }

    private static boolean within(double value, @Nullable Number least, @Nullable Number most) {
        return (least == null || value >= least.doubleValue()) && (most == null || value <= most.doubleValue());
    }

    private static Predicate<InstanceType> kind(InstanceRequirementsRequest wanted) {
        var burstable =
                wanted.burstablePerformanceAsString() == null ? EXCLUDED : wanted.burstablePerformanceAsString();
        if (!List.of(INCLUDED, REQUIRED, EXCLUDED).contains(burstable)) {
            throw AwsException.client(
                    "InvalidParameterValue",
                    "Value (" + burstable + ") for parameter BurstablePerformance is invalid. Expecting included,"
                            + " required or excluded.");
        }
        var generations = wanted.instanceGenerationsAsStrings();
        return type -> (burstable.equals(INCLUDED) || type.burstable() == burstable.equals(REQUIRED))
                && (generations.isEmpty() || generations.contains(type.currentGeneration() ? "current" : "previous"));
    }

    private static Predicate<InstanceType> named(InstanceRequirementsRequest wanted) {
        var allowed = wanted.allowedInstanceTypes().stream().map(Glob::new).toList();
        var excluded = wanted.excludedInstanceTypes().stream().map(Glob::new).toList();
        return type -> (allowed.isEmpty() || allowed.stream().anyMatch(each -> each.matches(type.name())))
                && excluded.stream().noneMatch(each -> each.matches(type.name()));
    }
}
