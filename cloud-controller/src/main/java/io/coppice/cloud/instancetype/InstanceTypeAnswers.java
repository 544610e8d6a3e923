package io.coppice.cloud.instancetype;

import io.coppice.cloud.localdisk.LocalStorage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BootModeType;
import software.amazon.awssdk.services.ec2.model.EbsEncryptionSupport;
import software.amazon.awssdk.services.ec2.model.EbsInfo;
import software.amazon.awssdk.services.ec2.model.EbsNvmeSupport;
import software.amazon.awssdk.services.ec2.model.EbsOptimizedSupport;
import software.amazon.awssdk.services.ec2.model.EnaSupport;
import software.amazon.awssdk.services.ec2.model.EphemeralNvmeSupport;
import software.amazon.awssdk.services.ec2.model.InstanceStorageEncryptionSupport;
import software.amazon.awssdk.services.ec2.model.InstanceStorageInfo;
import software.amazon.awssdk.services.ec2.model.InstanceTypeHypervisor;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;
import software.amazon.awssdk.services.ec2.model.MemoryInfo;
import software.amazon.awssdk.services.ec2.model.NetworkCardInfo;
import software.amazon.awssdk.services.ec2.model.NetworkInfo;
import software.amazon.awssdk.services.ec2.model.PlacementGroupInfo;
import software.amazon.awssdk.services.ec2.model.PlacementGroupStrategy;
import software.amazon.awssdk.services.ec2.model.ProcessorInfo;
import software.amazon.awssdk.services.ec2.model.RootDeviceType;
import software.amazon.awssdk.services.ec2.model.UsageClassType;
import software.amazon.awssdk.services.ec2.model.VCpuInfo;
import software.amazon.awssdk.services.ec2.model.VirtualizationType;

/** An instance type as DescribeInstanceTypes answers it: every field that clients read, with what is true of this cloud. */
final class InstanceTypeAnswers {
    static final String ARCHITECTURE = "x86_64";

    private InstanceTypeAnswers() {}

    static InstanceTypeInfo info(InstanceType type) {
        return InstanceTypeInfo.builder()
                .instanceType(type.name())
                .currentGeneration(type.currentGeneration())
                .freeTierEligible(type.freeTier())
                .supportedUsageClasses(UsageClassType.ON_DEMAND)
                .supportedRootDeviceTypes(RootDeviceType.EBS)
                .supportedVirtualizationTypes(VirtualizationType.HVM)
                .supportedBootModes(BootModeType.LEGACY_BIOS, BootModeType.UEFI)
                .bareMetal(false)
                // The name that AWS has for KVM.
                .hypervisor(InstanceTypeHypervisor.NITRO)
                .processorInfo(ProcessorInfo.builder()
                        .supportedArchitecturesWithStrings(ARCHITECTURE)
                        .sustainedClockSpeedInGhz(type.clockGhz())
                        .build())
                .vCpuInfo(VCpuInfo.builder()
                        .defaultVCpus(type.vcpus())
                        .defaultCores(type.vcpus())
                        .defaultThreadsPerCore(1)
                        .validCores(
                                IntStream.rangeClosed(1, type.vcpus()).boxed().toList())
                        .validThreadsPerCore(1)
                        .build())
                .memoryInfo(MemoryInfo.builder().sizeInMiB(type.memoryMib()).build())
                .instanceStorageSupported(type.localStorage().disks() > 0)
                .instanceStorageInfo(storage(type.localStorage()))
                .ebsInfo(EbsInfo.builder()
                        .ebsOptimizedSupport(EbsOptimizedSupport.UNSUPPORTED)
                        .encryptionSupport(EbsEncryptionSupport.SUPPORTED)
                        .nvmeSupport(EbsNvmeSupport.UNSUPPORTED)
                        .build())
                .networkInfo(network(type))
                .placementGroupInfo(PlacementGroupInfo.builder()
                        .supportedStrategies(
                                PlacementGroupStrategy.CLUSTER,
                                PlacementGroupStrategy.PARTITION,
                                PlacementGroupStrategy.SPREAD)
                        .build())
                .hibernationSupported(false)
                .burstablePerformanceSupported(type.burstable())
                .dedicatedHostsSupported(false)
                .autoRecoverySupported(false)
                .build();
    }

    private static @Nullable InstanceStorageInfo storage(LocalStorage storage) {
        if (storage.disks() == 0) {
            return null;
        }
        return InstanceStorageInfo.builder()
                .totalSizeInGB((long) storage.totalGib())
                .disks(disk -> disk.count(storage.disks())
                        .sizeInGB((long) storage.gibEach())
                        .type(kind(storage)))
                .nvmeSupport(EphemeralNvmeSupport.UNSUPPORTED)
                .encryptionSupport(InstanceStorageEncryptionSupport.UNSUPPORTED)
                .build();
    }

    static String kind(LocalStorage storage) {
        return storage.solidState() ? "ssd" : "hdd";
    }

    private static NetworkInfo network(InstanceType type) {
        return NetworkInfo.builder()
                .networkPerformance(type.networkPerformance())
                .maximumNetworkInterfaces(type.networkInterfaces())
                .maximumNetworkCards(1)
                .defaultNetworkCardIndex(0)
                .networkCards(NetworkCardInfo.builder()
                        .networkCardIndex(0)
                        .networkPerformance(type.networkPerformance())
                        .maximumNetworkInterfaces(type.networkInterfaces())
                        .build())
                .ipv4AddressesPerInterface(type.addressesPerInterface())
                .ipv6AddressesPerInterface(0)
                .ipv6Supported(false)
                .enaSupport(EnaSupport.UNSUPPORTED)
                .efaSupported(false)
                .build();
    }
}
