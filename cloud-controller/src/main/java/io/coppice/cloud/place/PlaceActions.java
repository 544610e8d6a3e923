package io.coppice.cloud.place;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.AccountAttribute;
import software.amazon.awssdk.services.ec2.model.AccountAttributeValue;
import software.amazon.awssdk.services.ec2.model.AvailabilityZone;
import software.amazon.awssdk.services.ec2.model.AvailabilityZoneMessage;
import software.amazon.awssdk.services.ec2.model.AvailabilityZoneOptInStatus;
import software.amazon.awssdk.services.ec2.model.AvailabilityZoneState;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsResponse;
import software.amazon.awssdk.services.ec2.model.Region;

/** DescribeRegions, DescribeAvailabilityZones and DescribeAccountAttributes. Thread-safe. */
@ApplicationScoped
class PlaceActions implements ActionModule {
    private static final String NO_OPT_IN = "opt-in-not-required";
    private static final Filters<Region> REGIONS = Filters.<Region>builder()
            .value("region-name", Region::regionName)
            .value("endpoint", Region::endpoint)
            .value("opt-in-status", Region::optInStatus)
            .build();
    private static final Filters<AvailabilityZone> ZONES = Filters.<AvailabilityZone>builder()
            .value("state", AvailabilityZone::stateAsString)
            .value("region-name", AvailabilityZone::regionName)
            .value("zone-name", AvailabilityZone::zoneName)
            .value("zone-id", AvailabilityZone::zoneId)
            .value("zone-type", AvailabilityZone::zoneType)
            .value("group-name", AvailabilityZone::groupName)
            .value("network-border-group", AvailabilityZone::networkBorderGroup)
            .value("opt-in-status", AvailabilityZone::optInStatusAsString)
            .never("group-long-name", "message", "parent-zone-id", "parent-zone-name")
            .build();

    private final Zones zones;
    private final DefaultNetwork networks;
    private final PlaceConfig config;
    private final ZoneHealth health;

    PlaceActions(Zones zones, DefaultNetwork networks, PlaceConfig config, ZoneHealth health) {
        this.zones = zones;
        this.networks = networks;
        this.config = config;
        this.health = health;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "DescribeRegions", DescribeRegionsRequest::builder, this::regions);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeAvailabilityZones",
                DescribeAvailabilityZonesRequest::builder,
                this::zones);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeAccountAttributes",
                DescribeAccountAttributesRequest::builder,
                this::attributes);
    }

    DescribeRegionsResponse regions(RequestContext context, DescribeRegionsRequest request) {
        var unknown = request.regionNames().stream()
                .filter(name -> !name.equals(zones.region()))
                .toList();
        if (!unknown.isEmpty()) {
            throw PlaceErrors.invalidRegions(unknown);
        }
        // Some clients go on to talk to this endpoint, so it is the one they came by.
        var region = Region.builder()
                .regionName(zones.region())
                .endpoint(context.endpoint().getAuthority())
                .optInStatus(NO_OPT_IN)
                .build();
        return DescribeRegionsResponse.builder()
                .regions(List.of(region).stream()
                        .filter(REGIONS.select(request.filters()))
                        .toList())
                .build();
    }

    DescribeAvailabilityZonesResponse zones(RequestContext context, DescribeAvailabilityZonesRequest request) {
        var names = request.zoneNames();
        var ids = request.zoneIds();
        check(names, zones.all());
        check(ids, zones.all().stream().map(Zones::idOf).toList());
        return DescribeAvailabilityZonesResponse.builder()
                .availabilityZones(zones.all().stream()
                        .filter(zone -> names.isEmpty() || names.contains(zone))
                        .filter(zone -> ids.isEmpty() || ids.contains(Zones.idOf(zone)))
                        .map(this::zone)
                        .filter(ZONES.select(request.filters()))
                        .toList())
                .build();
    }

    private AvailabilityZone zone(String name) {
        var impaired = health.impaired(name);
        var messages = impaired
                ? List.of(AvailabilityZoneMessage.builder()
                        .message("The controller of " + name + " is away; what is asked of the zone waits for it.")
                        .build())
                : List.<AvailabilityZoneMessage>of();
        return AvailabilityZone.builder()
                .zoneName(name)
                .zoneId(Zones.idOf(name))
                .zoneType("availability-zone")
                .state(impaired ? AvailabilityZoneState.IMPAIRED : AvailabilityZoneState.AVAILABLE)
                .regionName(zones.region())
                .groupName(zones.region())
                .networkBorderGroup(zones.region())
                .optInStatus(AvailabilityZoneOptInStatus.OPT_IN_NOT_REQUIRED)
                .messages(messages)
                .build();
    }

    private static void check(List<String> given, List<String> known) {
        var unknown = given.stream().filter(each -> !known.contains(each)).toList();
        if (!unknown.isEmpty()) {
            throw PlaceErrors.invalidZones(unknown);
        }
    }

    DescribeAccountAttributesResponse attributes(RequestContext context, DescribeAccountAttributesRequest request) {
        var all = new LinkedHashMap<String, String>();
        all.put("supported-platforms", "VPC");
        all.put("default-vpc", networks.of(context.account()).vpcId());
        all.put("max-instances", String.valueOf(config.maxInstances()));
        all.put("vpc-max-security-groups-per-interface", String.valueOf(config.maxSecurityGroupsPerInterface()));
        var elasticIps = String.valueOf(networks.flat() ? 0 : config.maxElasticIps());
        all.put("max-elastic-ips", elasticIps);
        all.put("vpc-max-elastic-ips", elasticIps);
        var wanted = request.attributeNamesAsStrings();
        return DescribeAccountAttributesResponse.builder()
                .accountAttributes(all.entrySet().stream()
                        .filter(entry -> wanted.isEmpty() || wanted.contains(entry.getKey()))
                        .map(PlaceActions::attribute)
                        .toList())
                .build();
    }

    private static AccountAttribute attribute(Map.Entry<String, String> entry) {
        return AccountAttribute.builder()
                .attributeName(entry.getKey())
                .attributeValues(AccountAttributeValue.builder()
                        .attributeValue(entry.getValue())
                        .build())
                .build();
    }
}
