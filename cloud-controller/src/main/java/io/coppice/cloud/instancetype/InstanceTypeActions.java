package io.coppice.cloud.instancetype;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.localdisk.LocalStorage;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypeOfferingsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypeOfferingsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesResponse;
import software.amazon.awssdk.services.ec2.model.GetInstanceTypesFromInstanceRequirementsRequest;
import software.amazon.awssdk.services.ec2.model.GetInstanceTypesFromInstanceRequirementsResponse;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfoFromInstanceRequirements;
import software.amazon.awssdk.services.ec2.model.InstanceTypeOffering;
import software.amazon.awssdk.services.ec2.model.LocationType;

/** What users may ask of the catalogue. Thread-safe. */
@ApplicationScoped
class InstanceTypeActions implements ActionModule {
    private static final PageLimits TYPE_PAGES = new PageLimits(5, 100, "instanceTypesSet");
    private static final PageLimits REQUIREMENT_PAGES = new PageLimits(1, 1000, "instanceTypeSet");
    private static final PageLimits OFFERING_PAGES = PageLimits.usual("locationSet");
    private static final String INSTANCE_TYPE = "instance-type";

    private static final String UNSUPPORTED = "unsupported";

    private static final Filters<InstanceType> TYPES = Filters.<InstanceType>builder()
            .value(INSTANCE_TYPE, InstanceType::name)
            .value("vcpu-info.default-vcpus", InstanceType::vcpus)
            .value("vcpu-info.default-cores", InstanceType::vcpus)
            .value("memory-info.size-in-mib", InstanceType::memoryMib)
            .value("current-generation", InstanceType::currentGeneration)
            .value("burstable-performance-supported", InstanceType::burstable)
            .value("free-tier-eligible", InstanceType::freeTier)
            .value("network-info.maximum-network-interfaces", InstanceType::networkInterfaces)
            .value("network-info.ipv4-addresses-per-interface", InstanceType::addressesPerInterface)
            .value("network-info.network-performance", InstanceType::networkPerformance)
            .value("processor-info.sustained-clock-speed-in-ghz", InstanceType::clockGhz)
            .value("processor-info.supported-architecture", type -> InstanceTypeAnswers.ARCHITECTURE)
            .value("supported-usage-class", type -> "on-demand")
            .value("supported-root-device-type", type -> "ebs")
            .value("supported-virtualization-type", type -> "hvm")
            .values("supported-boot-mode", type -> List.of("legacy-bios", "uefi"))
            .value("hypervisor", type -> "nitro")
            .value("bare-metal", type -> false)
            .value("auto-recovery-supported", type -> false)
            .value("dedicated-hosts-supported", type -> false)
            .value("hibernation-supported", type -> false)
            .value("instance-storage-supported", type -> type.localStorage().disks() > 0)
            .value("instance-storage-info.disk.count", type -> stored(type, LocalStorage::disks))
            .value("instance-storage-info.disk.size-in-gb", type -> stored(type, LocalStorage::gibEach))
            .value("instance-storage-info.disk.type", type -> stored(type, InstanceTypeAnswers::kind))
            .value("instance-storage-info.encryption-support", type -> stored(type, storage -> UNSUPPORTED))
            .value("instance-storage-info.nvme-support", type -> stored(type, storage -> UNSUPPORTED))
            .value("instance-storage-info.total-size-in-gb", type -> stored(type, LocalStorage::totalGib))
            .value("ebs-info.ebs-optimized-support", type -> UNSUPPORTED)
            .value("ebs-info.encryption-support", type -> "supported")
            .value("ebs-info.nvme-support", type -> UNSUPPORTED)
            .value("network-info.ena-support", type -> UNSUPPORTED)
            .value("network-info.ipv6-supported", type -> false)
            .value("network-info.ipv6-addresses-per-interface", type -> 0)
            .value("network-info.maximum-network-cards", type -> 1)
            .value("network-info.efa-supported", type -> false)
            .value("network-info.encryption-in-transit-supported", type -> false)
            .value("network-info.flexible-ena-queues-support", type -> UNSUPPORTED)
            .value("nitro-enclaves-support", type -> UNSUPPORTED)
            .value("nitro-tpm-support", type -> UNSUPPORTED)
            .value("reboot-migration-support", type -> UNSUPPORTED)
            .value("vcpu-info.default-threads-per-core", type -> 1)
            .value("vcpu-info.valid-threads-per-core", type -> 1)
            .values(
                    "vcpu-info.valid-cores",
                    type -> IntStream.rangeClosed(1, type.vcpus()).boxed().toList())
            .never(
                    "ebs-info.attachment-limit-type",
                    "ebs-info.maximum-ebs-attachments",
                    "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps",
                    "ebs-info.ebs-optimized-info.baseline-iops",
                    "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps",
                    "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps",
                    "ebs-info.ebs-optimized-info.maximum-iops",
                    "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps",
                    "network-info.bandwidth-weightings",
                    "network-info.efa-info.maximum-efa-interfaces",
                    "nitro-tpm-info.supported-versions",
                    "processor-info.supported-features")
            .build();

    private static final Filters<Offering> OFFERINGS = Filters.<Offering>builder()
            .value(INSTANCE_TYPE, Offering::instanceType)
            .value("location", Offering::location)
            .build();

    private final Catalogue catalogue;
    private final Pages pages;
    private final Zones zones;

    InstanceTypeActions(Catalogue catalogue, Pages pages, Zones zones) {
        this.catalogue = catalogue;
        this.pages = pages;
        this.zones = zones;
    }

    private static @Nullable Object stored(InstanceType type, Function<LocalStorage, Object> fact) {
        return type.localStorage().disks() == 0 ? null : fact.apply(type.localStorage());
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeInstanceTypes",
                DescribeInstanceTypesRequest::builder,
                this::describeTypes);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeInstanceTypeOfferings",
                DescribeInstanceTypeOfferingsRequest::builder,
                this::describeOfferings);
        registry.add(
                ActionRegistry.Service.EC2,
                "GetInstanceTypesFromInstanceRequirements",
                GetInstanceTypesFromInstanceRequirementsRequest::builder,
                this::typesWith);
    }

    GetInstanceTypesFromInstanceRequirementsResponse typesWith(
            RequestContext context, GetInstanceTypesFromInstanceRequirementsRequest request) {
        var page = pages.open(context, REQUIREMENT_PAGES, request.maxResults(), request.nextToken(), false);
        var found = pages.cut(page, List.copyOf(catalogue.all()), TypeRequirements.of(request), InstanceType::name);
        return GetInstanceTypesFromInstanceRequirementsResponse.builder()
                .instanceTypes(found.map(type -> InstanceTypeInfoFromInstanceRequirements.builder()
                        .instanceType(type.name())
                        .build()))
                .nextToken(found.nextToken())
                .build();
    }

    DescribeInstanceTypesResponse describeTypes(RequestContext context, DescribeInstanceTypesRequest request) {
        var names = request.instanceTypesAsStrings();
        var page = pages.open(context, TYPE_PAGES, request.maxResults(), request.nextToken(), !names.isEmpty());
        var unknown = names.stream().filter(name -> !catalogue.has(name)).toList();
        if (!unknown.isEmpty()) {
            throw InstanceTypeErrors.unknown(unknown);
        }
        var selection = TYPES.select(request.filters());
        var found = pages.cut(
                page,
                List.copyOf(catalogue.all()),
                type -> (names.isEmpty() || names.contains(type.name())) && selection.test(type),
                InstanceType::name);
        return DescribeInstanceTypesResponse.builder()
                .instanceTypes(found.map(InstanceTypeAnswers::info))
                .nextToken(found.nextToken())
                .build();
    }

    DescribeInstanceTypeOfferingsResponse describeOfferings(
            RequestContext context, DescribeInstanceTypeOfferingsRequest request) {
        var page = pages.open(context, OFFERING_PAGES, request.maxResults(), request.nextToken(), false);
        var locationType = request.locationTypeAsString() == null ? "region" : request.locationTypeAsString();
        var locations = locations(locationType);
        var offerings = catalogue.all().stream()
                .flatMap(type -> locations.stream().map(location -> new Offering(type.name(), location)))
                .toList();
        var found = pages.cut(page, offerings, OFFERINGS.select(request.filters()), Offering::key);
        return DescribeInstanceTypeOfferingsResponse.builder()
                .instanceTypeOfferings(found.map(offering -> InstanceTypeOffering.builder()
                        .instanceType(offering.instanceType())
                        .locationType(locationType)
                        .location(offering.location())
                        .build()))
                .nextToken(found.nextToken())
                .build();
    }

    private List<String> locations(String locationType) {
        return switch (LocationType.fromValue(locationType)) {
            case REGION -> List.of(zones.region());
            case AVAILABILITY_ZONE -> zones.all();
            case AVAILABILITY_ZONE_ID -> zones.all().stream().map(Zones::idOf).toList();
            case OUTPOST, UNKNOWN_TO_SDK_VERSION -> throw InstanceTypeErrors.unknownLocationType(locationType);
        };
    }

    /** That a type can be had somewhere. */
    private record Offering(String instanceType, String location) {
        /** Pages go on behind it. */
        String key() {
            return instanceType + " " + location;
        }
    }
}
