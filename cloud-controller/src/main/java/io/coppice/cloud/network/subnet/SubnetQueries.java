package io.coppice.cloud.network.subnet;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.query.Filters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeResponse;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.SubnetIpv6CidrBlockAssociation;

/** DescribeSubnets and ModifySubnetAttribute. Thread-safe. */
@ApplicationScoped
class SubnetQueries implements ActionModule {
    private static final NetworkLedger.Listing<Subnet> SUBNETS = new NetworkLedger.Listing<>(
            NetworkKind.SUBNET,
            Subnet::subnetId,
            Filters.<Subnet>builder()
                    .value("subnet-id", Subnet::subnetId)
                    .value("subnet-arn", Subnet::subnetArn)
                    .value("vpc-id", Subnet::vpcId)
                    .value("availability-zone", Subnet::availabilityZone)
                    .value("availabilityZone", Subnet::availabilityZone)
                    .value("availability-zone-id", Subnet::availabilityZoneId)
                    .value("availabilityZoneId", Subnet::availabilityZoneId)
                    .value("available-ip-address-count", Subnet::availableIpAddressCount)
                    .value("cidr-block", Subnet::cidrBlock)
                    .value("cidr", Subnet::cidrBlock)
                    .value("cidrBlock", Subnet::cidrBlock)
                    .value("default-for-az", Subnet::defaultForAz)
                    .value("defaultForAz", Subnet::defaultForAz)
                    .value("map-public-ip-on-launch", Subnet::mapPublicIpOnLaunch)
                    .value("map-customer-owned-ip-on-launch", Subnet::mapCustomerOwnedIpOnLaunch)
                    .value("owner-id", Subnet::ownerId)
                    .value("state", Subnet::stateAsString)
                    .value("enable-dns64", Subnet::enableDns64)
                    .value("ipv6-native", Subnet::ipv6Native)
                    .value(
                            "private-dns-name-options-on-launch.hostname-type",
                            subnet -> subnet.privateDnsNameOptionsOnLaunch().hostnameTypeAsString())
                    .value(
                            "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
                            subnet -> subnet.privateDnsNameOptionsOnLaunch().enableResourceNameDnsARecord())
                    .value(
                            "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
                            subnet -> subnet.privateDnsNameOptionsOnLaunch().enableResourceNameDnsAAAARecord())
                    .values("ipv6-cidr-block-association.ipv6-cidr-block", subnet -> ipv6(subnet).stream()
                            .map(SubnetIpv6CidrBlockAssociation::ipv6CidrBlock)
                            .toList())
                    .values("ipv6-cidr-block-association.association-id", subnet -> ipv6(subnet).stream()
                            .map(SubnetIpv6CidrBlockAssociation::associationId)
                            .toList())
                    .values("ipv6-cidr-block-association.state", subnet -> ipv6(subnet).stream()
                            .map(each -> each.ipv6CidrBlockState().stateAsString())
                            .toList())
                    .never("customer-owned-ipv4-pool", "enable-lni-at-device-index", "outpost-arn")
                    .tags(subnet -> NetworkLedger.asMap(subnet.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final Subnets subnets;
    private final SubnetAnswers answers;

    SubnetQueries(NetworkLedger ledger, Subnets subnets, SubnetAnswers answers) {
        this.ledger = ledger;
        this.subnets = subnets;
        this.answers = answers;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "DescribeSubnets", DescribeSubnetsRequest::builder, this::describe);
        registry.add(Service.EC2, "ModifySubnetAttribute", ModifySubnetAttributeRequest::builder, this::modify);
    }

    DescribeSubnetsResponse describe(RequestContext context, DescribeSubnetsRequest request) {
        var query = new NetworkLedger.Query(
                request.subnetIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = ledger.call(context, entities -> {
            var rows = answers.of(entities, context.account(), subnets.all(entities, context.account()));
            return ledger.page(context, SUBNETS, rows, query);
        });
        return DescribeSubnetsResponse.builder()
                .subnets(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    ModifySubnetAttributeResponse modify(RequestContext context, ModifySubnetAttributeRequest request) {
        var id = NetworkErrors.required(request.subnetId(), "SubnetId");
        refuseOutposts(request);
        var wanted = new ArrayList<Consumer<SubnetRow>>();
        flag(wanted, request.mapPublicIpOnLaunch(), (subnet, on) -> subnet.mapPublicIp = on);
        flag(wanted, request.assignIpv6AddressOnCreation(), (subnet, on) -> {
            if (on && subnet.ipv6CidrBlock == null) {
                throw NetworkErrors.invalid(
                        "assignIpv6AddressOnCreation", on, "The subnet " + subnet.id + " has no IPv6 CIDR block.");
            }
            subnet.assignIpv6 = on;
        });
        flag(wanted, request.enableDns64(), (subnet, on) -> {
            if (on) {
                throw NetworkErrors.unsupported("The resolvers of this cloud do not translate IPv4 names (DNS64).");
            }
            subnet.dns64 = false;
        });
        flag(wanted, request.enableResourceNameDnsARecordOnLaunch(), (subnet, on) -> subnet.aRecord = on);
        flag(wanted, request.enableResourceNameDnsAAAARecordOnLaunch(), (subnet, on) -> subnet.aaaaRecord = on);
        var hostname = request.privateDnsHostnameTypeOnLaunchAsString();
        if (hostname != null) {
            if (!List.of("ip-name", "resource-name").contains(hostname)) {
                throw NetworkErrors.invalid(
                        "privateDnsHostnameTypeOnLaunch", hostname, "Expecting ip-name or resource-name.");
            }
            wanted.add(subnet -> subnet.hostnameType = hostname);
        }
        if (wanted.size() != 1) {
            throw wanted.isEmpty()
                    ? NetworkErrors.missing("MapPublicIpOnLaunch")
                    : NetworkErrors.combination("Only one attribute can be modified at a time.");
        }
        ledger.run(context, entities -> {
            var subnet = subnets.change(entities, context.account(), id);
            wanted.getFirst().accept(subnet);
            ledger.record(context, NetworkKind.SUBNET, id, "modified", Map.of());
        });
        return ModifySubnetAttributeResponse.builder().build();
    }

    private static void refuseOutposts(ModifySubnetAttributeRequest request) {
        if (request.customerOwnedIpv4Pool() != null
                || request.mapCustomerOwnedIpOnLaunch() != null
                || request.enableLniAtDeviceIndex() != null
                || request.disableLniAtDeviceIndex() != null) {
            throw NetworkErrors.unsupported("There are no outposts in this cloud.");
        }
    }

    private static void flag(
            List<Consumer<SubnetRow>> wanted,
            @Nullable AttributeBooleanValue given,
            BiConsumer<SubnetRow, Boolean> set) {
        if (given != null && given.value() != null) {
            wanted.add(subnet -> set.accept(subnet, given.value()));
        }
    }

    private static List<SubnetIpv6CidrBlockAssociation> ipv6(Subnet subnet) {
        return subnet.ipv6CidrBlockAssociationSet();
    }
}
