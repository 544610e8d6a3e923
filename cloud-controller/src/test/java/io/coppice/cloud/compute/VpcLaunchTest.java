package io.coppice.cloud.compute;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.network.FirstNetwork;
import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.address.PublicAddresses;
import io.coppice.cloud.network.group.SecurityGroups;
import io.coppice.cloud.network.networkinterface.NetworkInterfaces;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.setting.TestSettings;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.ResponseWriter;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceSpecification;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyPrivateDnsNameOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeResponse;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Tag;

/** If this fails, instances of a cloud with VPCs come up in other subnets, groups or addresses than was asked for. */
class VpcLaunchTest {
    private static final TestDatabase DATABASE = NetworkFixture.database(Instance.class, Reservation.class);
    private static final InstanceTypes.Type TYPE = new InstanceTypes.Type("m1.small", 1, 256, 0, 2, 4);

    private static final AttributeBooleanValue ON =
            AttributeBooleanValue.builder().value(true).build();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());
    private final DefaultNetwork.Ids ids = cloud.bean(DefaultNetwork.class).of(ALICE);
    private final VpcNetwork network = new VpcNetwork(
            new LaunchInterfaces(
                    cloud.bean(FirstNetwork.class),
                    cloud.bean(Vpcs.class),
                    cloud.bean(Subnets.class),
                    cloud.bean(SecurityGroups.class),
                    cloud.bean(NetworkInterfaces.class)),
            cloud.bean(NetworkInterfaces.class),
            cloud.bean(PublicAddresses.class),
            cloud.bean(SecurityGroups.class),
            cloud.bean(Subnets.class),
            cloud.bean(Vpcs.class),
            name -> TYPE,
            cloud.bean(SiteConfig.class));
    private final ComputeActions actions = new ComputeActions(
            DATABASE,
            new InstanceLauncher.Catalogue(
                    new CloudFixture.OneImage(),
                    (account, name) -> "",
                    name -> TYPE,
                    TestTags.in(DATABASE),
                    account -> new NetworkNames.DefaultNames("", "", "", ""),
                    TestSettings.stored(),
                    new NoVolumes(),
                    new NoVolumes()),
            new Pages(new PageTokens(() -> new byte[32])),
            cloud.events(),
            new ComputeActions.Wiring(
                    new LaunchRoom(1000, 100_000, 1_000_000_000),
                    CloudFixture.REGION,
                    LaunchZones.one(TestSite.config().zone()),
                    Clock.systemUTC(),
                    1 << 20),
            network,
            zone -> {},
            zone -> Optional.empty());

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(
                "instances",
                "reservations",
                "network_accounts",
                "vpcs",
                "vpc_generations",
                "network_segments",
                "dhcp_options",
                "public_addresses",
                "tag");
    }

    private List<software.amazon.awssdk.services.ec2.model.Instance> run(
            int count, Consumer<RunInstancesRequest.Builder> changes) {
        var request = RunInstancesRequest.builder()
                .imageId(CloudFixture.IMAGE)
                .minCount(count)
                .maxCount(count);
        changes.accept(request);
        return actions.launcher()
                .run(TestRequests.by(ALICE, "RunInstances"), request.build())
                .instances();
    }

    private String refusal(Consumer<RunInstancesRequest.Builder> changes) {
        return assertThrows(AwsException.class, () -> run(1, changes)).code();
    }

    /** What is kept written of earlier answers must be what the rows say now, whatever was changed of interfaces. */
    private software.amazon.awssdk.services.ec2.model.Instance read(Filter... filters) {
        var context = TestRequests.by(ALICE, "DescribeInstances");
        var request = DescribeInstancesRequest.builder().filters(filters).build();
        var model = actions.queries().instances(context, request);
        var written = actions.queries().described(context, request).written();
        var xml = new ResponseWriter(QueryService.EC2);
        assertEquals(
                xml.write("DescribeInstances", "2016-11-15", model, ""),
                xml.write("DescribeInstances", "2016-11-15", written, ""));
        return model.reservations().getFirst().instances().getFirst();
    }

    /** What a launch tells, which leaves out the block devices. */
    private static software.amazon.awssdk.services.ec2.model.Instance asLaunched(
            software.amazon.awssdk.services.ec2.model.Instance described) {
        return described.toBuilder().blockDeviceMappings(List.of()).build();
    }

    private static Filter filter(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }

    private String group(String name) {
        return cloud.call(
                        CreateSecurityGroupResponse.class,
                        CreateSecurityGroupRequest.builder()
                                .groupName(name)
                                .description("d")
                                .build())
                .groupId();
    }

    @Test
    void aPlainLaunchGoesToTheDefaultSubnetWithAPublicAddress() {
        var made = run(
                3,
                r -> r.tagSpecifications(t -> t.resourceType("network-interface")
                        .tags(Tag.builder().key("a").value("b").build())));
        assertEquals(3, made.size());
        var first = made.getFirst();
        assertEquals(ids.vpcId(), first.vpcId());
        assertEquals(ids.subnetId(), first.subnetId());
        assertTrue(first.publicIpAddress().startsWith("198.18."), first.publicIpAddress());
        assertEquals(ids.securityGroupId(), first.securityGroups().getFirst().groupId());
        assertEquals(first, asLaunched(read(filter("ip-address", first.publicIpAddress()))));
        assertEquals(
                3,
                cloud.call(
                                DescribeNetworkInterfacesResponse.class,
                                DescribeNetworkInterfacesRequest.builder()
                                        .filters(filter("tag:a", "b"), filter("status", "in-use"))
                                        .build())
                        .networkInterfaces()
                        .size());
        // Hosts are told the same.
        var row = DATABASE.call(entities -> entities.find(Instance.class, first.instanceId()));
        assertNotNull(row);
        var told = DATABASE.call(entities -> network.endpoints(entities, List.of(row)));
        var endpoint = Objects.requireNonNull(told.get(row.id)).all().getFirst();
        assertEquals(first.privateIpAddress(), endpoint.getPrivateIpv4());
        assertEquals(ids.vpcId(), endpoint.getVpcId());
        assertEquals("172.31.0.0/20", endpoint.getSubnetCidrBlock());
        assertEquals(List.of("172.31.0.0/16"), endpoint.getVpcCidrBlocksList());
        assertEquals(first.publicIpAddress(), endpoint.getPublicAddresses(0).getPublicIpv4());
        assertEquals(List.of(ids.securityGroupId()), endpoint.getSecurityGroupIdsList());
        assertTrue(endpoint.getSourceDestCheck());
    }

    @Test
    void subnetGroupsAndAddressAreAsAsked() {
        var web = group("web");
        var subnet = cloud.call(
                        CreateSubnetResponse.class,
                        CreateSubnetRequest.builder()
                                .vpcId(ids.vpcId())
                                .cidrBlock("172.31.64.0/24")
                                .build())
                .subnet()
                .subnetId();
        var made = run(1, r -> r.subnetId(subnet).securityGroupIds(web).privateIpAddress("172.31.64.77"))
                .getFirst();
        assertEquals("172.31.64.77", made.privateIpAddress());
        assertEquals(null, made.publicIpAddress());
        assertEquals("web", made.securityGroups().getFirst().groupName());
        assertEquals(
                web,
                run(1, r -> r.securityGroups("web"))
                        .getFirst()
                        .securityGroups()
                        .getFirst()
                        .groupId());
        assertEquals("InvalidIPAddress.InUse", refusal(r -> r.subnetId(subnet).privateIpAddress("172.31.64.77")));
        assertEquals("InvalidSubnetID.NotFound", refusal(r -> r.subnetId("subnet-00000000000000000")));
        assertEquals("InvalidGroup.NotFound", refusal(r -> r.securityGroupIds("sg-00000000000000000")));
        assertEquals("InvalidParameterCombination", refusal(r -> r.subnetId(subnet)
                .networkInterfaces(InstanceNetworkInterfaceSpecification.builder()
                        .deviceIndex(0)
                        .build())));
        assertEquals(made, asLaunched(read(filter("network-interface.addresses.private-ip-address", "172.31.64.77"))));
    }

    @Test
    void severalInterfacesAndOneThatWasThereBefore() {
        var eni = cloud.call(
                        CreateNetworkInterfaceResponse.class,
                        CreateNetworkInterfaceRequest.builder()
                                .subnetId(ids.subnetId())
                                .build())
                .networkInterface();
        var fresh = InstanceNetworkInterfaceSpecification.builder()
                .deviceIndex(0)
                .subnetId(ids.subnetId())
                .secondaryPrivateIpAddressCount(1);
        var present = InstanceNetworkInterfaceSpecification.builder()
                .deviceIndex(1)
                .networkInterfaceId(eni.networkInterfaceId());
        var made =
                run(1, r -> r.networkInterfaces(present.build(), fresh.build())).getFirst();
        assertEquals(2, made.networkInterfaces().size());
        assertEquals(2, made.networkInterfaces().getFirst().privateIpAddresses().size());
        assertEquals(
                eni.networkInterfaceId(), made.networkInterfaces().getLast().networkInterfaceId());
        assertEquals(null, made.publicIpAddress());
        assertEquals(
                "InvalidNetworkInterface.InUse",
                refusal(r -> r.networkInterfaces(present.deviceIndex(0).build())));
        assertEquals(
                "AttachmentLimitExceeded",
                refusal(r -> r.networkInterfaces(
                        fresh.build(),
                        fresh.deviceIndex(1).build(),
                        fresh.deviceIndex(2).build())));
        // The one that was there before outlives the instance.
        DATABASE.run(entities -> network.release(entities, List.of(made.instanceId())));
        var left = cloud.call(
                        DescribeNetworkInterfacesResponse.class,
                        DescribeNetworkInterfacesRequest.builder().build())
                .networkInterfaces();
        assertEquals(1, left.size());
        assertEquals("available", left.getFirst().statusAsString());
    }

    @Test
    void groupsOfARunningInstanceAreChanged() {
        var web = group("web");
        var id = run(1, r -> {}).getFirst().instanceId();
        actions.attributes()
                .modify(
                        TestRequests.by(ALICE, "ModifyInstanceAttribute"),
                        ModifyInstanceAttributeRequest.builder()
                                .instanceId(id)
                                .groups(web)
                                .build());
        assertEquals(
                "web",
                read(filter("instance.group-id", web))
                        .securityGroups()
                        .getFirst()
                        .groupName());
        // Its host must hear of it.
        var row = DATABASE.call(entities -> entities.find(Instance.class, id));
        assertNotNull(row);
        assertEquals(2, row.generation);
    }

    @Test
    void recordsOfResourceNamesAreThoseOfTheLaunchElseOfTheSubnet() {
        var plain = run(1, r -> {}).getFirst();
        assertEquals("ip-name", plain.privateDnsNameOptions().hostnameTypeAsString());
        assertEquals("", told(plain.instanceId()).getResourceNameAaaa());
        assertEquals("", told(plain.instanceId()).getHostName());
        for (var change : List.<Consumer<ModifySubnetAttributeRequest.Builder>>of(
                r -> r.enableResourceNameDnsAAAARecordOnLaunch(ON),
                r -> r.enableResourceNameDnsARecordOnLaunch(ON),
                r -> r.privateDnsHostnameTypeOnLaunch("resource-name"))) {
            var request = ModifySubnetAttributeRequest.builder().subnetId(ids.subnetId());
            change.accept(request);
            cloud.call(ModifySubnetAttributeResponse.class, request.build());
        }
        var bySubnet = run(1, r -> {}).getFirst();
        var name = bySubnet.instanceId() + "." + CloudFixture.REGION + ".internal";
        assertEquals(name, bySubnet.privateDnsName());
        assertEquals(
                bySubnet,
                asLaunched(read(filter("private-dns-name-options.enable-resource-name-dns-aaaa-record", "true"))));
        assertEquals(bySubnet, asLaunched(read(filter("private-dns-name", name))));
        assertEquals(name, told(bySubnet.instanceId()).getHostName());
        assertEquals(name, told(bySubnet.instanceId()).getResourceNameA());
        assertEquals(name, told(bySubnet.instanceId()).getResourceNameAaaa());
        assertTrue(told(bySubnet.instanceId()).getPrivateDnsName().startsWith("ip-"), "the address keeps its name");
        var own = run(
                        1,
                        r -> r.privateDnsNameOptions(
                                names -> names.hostnameType("ip-name").enableResourceNameDnsARecord(false)))
                .getFirst();
        assertFalse(own.privateDnsNameOptions().enableResourceNameDnsARecord());
        assertTrue(own.privateDnsNameOptions().enableResourceNameDnsAAAARecord(), "what it does not say");
        assertEquals("", told(own.instanceId()).getHostName());
        changeNames(own.instanceId(), r -> r.enableResourceNameDnsAAAARecord(false));
        assertEquals("", told(own.instanceId()).getResourceNameAaaa(), "also while it runs");
        assertEquals(
                "InvalidParameterValue", refusal(r -> r.privateDnsNameOptions(names -> names.hostnameType("my-name"))));
    }

    private void changeNames(String id, Consumer<ModifyPrivateDnsNameOptionsRequest.Builder> changes) {
        var request = ModifyPrivateDnsNameOptionsRequest.builder().instanceId(id);
        changes.accept(request);
        new InstanceChoiceActions(DATABASE, cloud.events(), name -> TYPE, zone -> {}, network)
                .names(TestRequests.by(ALICE, "ModifyPrivateDnsNameOptions"), request.build());
    }

    /** What the instance's host is told of its interface. */
    private NetworkEndpoint told(String id) {
        var row = DATABASE.call(entities -> entities.find(Instance.class, id));
        assertNotNull(row);
        var told = DATABASE.call(entities -> network.endpoints(entities, List.of(row)));
        return Objects.requireNonNull(told.get(id)).all().getFirst();
    }
}
