package io.coppice.cloud.network.defaults;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.subnet.SubnetAnswers;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.network.vpc.VpcAnswers;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.place.Zones;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateDefaultVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultVpcResponse;

/** CreateDefaultVpc and CreateDefaultSubnet. Thread-safe. */
@ApplicationScoped
class DefaultActions implements ActionModule {
    private final NetworkLedger ledger;
    private final DefaultNetworks networks;
    private final Vpcs vpcs;
    private final VpcAnswers vpcAnswers;
    private final Subnets subnets;
    private final SubnetAnswers subnetAnswers;
    private final Zones zones;

    DefaultActions(
            NetworkLedger ledger,
            DefaultNetworks networks,
            Vpcs vpcs,
            VpcAnswers vpcAnswers,
            Subnets subnets,
            SubnetAnswers subnetAnswers,
            Zones zones) {
        this.ledger = ledger;
        this.networks = networks;
        this.vpcs = vpcs;
        this.vpcAnswers = vpcAnswers;
        this.subnets = subnets;
        this.subnetAnswers = subnetAnswers;
        this.zones = zones;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateDefaultVpc", CreateDefaultVpcRequest::builder, this::createVpc);
        registry.add(Service.EC2, "CreateDefaultSubnet", CreateDefaultSubnetRequest::builder, this::createSubnet);
    }

    CreateDefaultVpcResponse createVpc(RequestContext context, CreateDefaultVpcRequest request) {
        return ledger.call(context, entities -> {
            DefaultNetworks.lock(entities, context.account());
            if (vpcs.standard(entities, context.account()).isPresent()) {
                throw DefaultErrors.vpcExists();
            }
            var vpc = networks.make(entities, context.account(), null);
            ledger.record(context, NetworkKind.VPC, vpc.id(), "created", Map.of("default", true));
            return CreateDefaultVpcResponse.builder()
                    .vpc(vpcAnswers.of(entities, context.account(), vpc))
                    .build();
        });
    }

    CreateDefaultSubnetResponse createSubnet(RequestContext context, CreateDefaultSubnetRequest request) {
        if (Boolean.TRUE.equals(request.ipv6Native())) {
            throw NetworkErrors.unsupported("Subnets of this cloud always have a range of IPv4.");
        }
        var zone = zones.require(NetworkErrors.required(request.availabilityZone(), "AvailabilityZone"));
        return ledger.call(context, entities -> {
            var present = vpcs.standard(entities, context.account()).orElseThrow(DefaultErrors::noVpc);
            var vpc = vpcs.change(entities, context.account(), present.id());
            subnets.standard(entities, context.account(), zone).ifPresent(subnet -> {
                throw DefaultErrors.subnetExists(zone, subnet.id());
            });
            var subnet = networks.makeSubnet(entities, context.account(), vpc, zone, null);
            ledger.record(context, NetworkKind.SUBNET, subnet.id(), "created", Map.of("default", true, "zone", zone));
            return CreateDefaultSubnetResponse.builder()
                    .subnet(subnetAnswers.of(entities, context.account(), subnet))
                    .build();
        });
    }
}
