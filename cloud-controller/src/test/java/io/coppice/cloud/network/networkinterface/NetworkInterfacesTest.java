package io.coppice.cloud.network.networkinterface;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.StoppedInstances;
import io.coppice.cloud.network.group.SecurityGroups;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.store.TestDatabase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.*;
import software.amazon.awssdk.services.ec2.model.AssignIpv6AddressesRequest;
import software.amazon.awssdk.services.ec2.model.AssignIpv6AddressesResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeResponse;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceIpv6Address;

/** If this fails, two interfaces have one address, or an interface's addresses, groups or instance are not what was asked. */
class NetworkInterfacesTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();
    private static final String INSTANCE = "i-00000000000000001";

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());
    private final StoppedInstances instances = cloud.bean(StoppedInstances.class);
    private final DefaultNetwork.Ids ids = cloud.bean(DefaultNetwork.class).of(ALICE);

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(
                "network_accounts",
                "vpcs",
                "vpc_generations",
                "network_segments",
                "dhcp_options",
                "public_addresses",
                "tag");
    }

    private NetworkInterface make(Consumer<CreateNetworkInterfaceRequest.Builder> changes) {
        return cloud.call(CreateNetworkInterfaceResponse.class, request(changes))
                .networkInterface();
    }

    private CreateNetworkInterfaceRequest request(Consumer<CreateNetworkInterfaceRequest.Builder> changes) {
        var request = CreateNetworkInterfaceRequest.builder().subnetId(ids.subnetId());
        changes.accept(request);
        return request.build();
    }

    private NetworkInterface read(String id) {
        return cloud.call(
                        DescribeNetworkInterfacesResponse.class,
                        DescribeNetworkInterfacesRequest.builder()
                                .networkInterfaceIds(id)
                                .build())
                .networkInterfaces()
                .getFirst();
    }

    private static List<String> ips(NetworkInterface each) {
        return each.privateIpAddresses().stream()
                .map(NetworkInterfacePrivateIpAddress::privateIpAddress)
                .toList();
    }

    @Test
    void anInterfaceIsMadeShownAndDeleted() {
        var made = make(r -> r.description("first").clientToken("once").tagSpecifications(t -> t.resourceType(
                        "network-interface")
                .tags(Tag.builder().key("a").value("b").build())));
        assertEquals("172.31.0.4", made.privateIpAddress());
        assertEquals("available", made.statusAsString());
        assertEquals(ids.securityGroupId(), made.groups().getFirst().groupId());
        assertEquals("ip-172-31-0-4.us-east-1.internal", made.privateDnsName());
        assertTrue(made.sourceDestCheck());
        assertEquals(
                made.networkInterfaceId(),
                make(r -> r.description("first").clientToken("once").tagSpecifications(t -> t.resourceType(
                                        "network-interface")
                                .tags(Tag.builder().key("a").value("b").build())))
                        .networkInterfaceId());
        var found = cloud.call(
                        DescribeNetworkInterfacesResponse.class,
                        DescribeNetworkInterfacesRequest.builder()
                                .filters(
                                        Filter.builder()
                                                .name("tag:a")
                                                .values("b")
                                                .build(),
                                        Filter.builder()
                                                .name("addresses.private-ip-address")
                                                .values("172.31.0.*")
                                                .build())
                                .build())
                .networkInterfaces();
        assertEquals(List.of(made), found);
        assertEquals(
                "DependencyViolation",
                cloud.refusal(
                        DeleteSubnetRequest.builder().subnetId(ids.subnetId()).build()));
        assertEquals(
                "InvalidNetworkInterfaceID.NotFound",
                cloud.refusal(
                        BOB,
                        DeleteNetworkInterfaceRequest.builder()
                                .networkInterfaceId(made.networkInterfaceId())
                                .build()));
        cloud.call(
                DeleteNetworkInterfaceResponse.class,
                DeleteNetworkInterfaceRequest.builder()
                        .networkInterfaceId(made.networkInterfaceId())
                        .build());
        assertEquals(
                "InvalidNetworkInterfaceID.NotFound",
                cloud.refusal(DescribeNetworkInterfacesRequest.builder()
                        .networkInterfaceIds(made.networkInterfaceId())
                        .build()));
        assertEquals(4091, free());
    }

    private int free() {
        return cloud.call(
                        DescribeSubnetsResponse.class,
                        DescribeSubnetsRequest.builder()
                                .subnetIds(ids.subnetId())
                                .build())
                .subnets()
                .getFirst()
                .availableIpAddressCount();
    }

    @Test
    void addressesAreGivenAsAskedAndNoneTwice() {
        var made =
                make(r -> r.privateIpAddress("172.31.1.1").privateIpAddresses(p -> p.privateIpAddress("172.31.0.5")));
        assertEquals(List.of("172.31.1.1", "172.31.0.5"), ips(made));
        var next = make(r -> r.secondaryPrivateIpAddressCount(2));
        assertEquals(List.of("172.31.0.4", "172.31.0.6", "172.31.0.7"), ips(next));
        assertEquals(4086, free());
        assertEquals("InvalidIPAddress.InUse", cloud.refusal(request(r -> r.privateIpAddress("172.31.0.6"))));
        assertEquals("InvalidParameterValue", cloud.refusal(request(r -> r.privateIpAddress("172.31.0.1"))));
        assertEquals("InvalidParameterValue", cloud.refusal(request(r -> r.privateIpAddress("172.31.15.255"))));
        assertEquals("InvalidParameterValue", cloud.refusal(request(r -> r.privateIpAddress("10.0.0.1"))));
        assertEquals("InvalidParameterValue", cloud.refusal(request(r -> r.privateIpAddress("nonsense"))));
        assertEquals(
                "PrivateIpAddressLimitExceeded", cloud.refusal(request(r -> r.secondaryPrivateIpAddressCount(50))));
        assertEquals("InvalidGroup.NotFound", cloud.refusal(request(r -> r.groups("sg-00000000000000000"))));
        assertEquals("InvalidParameterValue", cloud.refusal(request(r -> r.ipv6AddressCount(1))));
        assertEquals(4086, free());
    }

    @Test
    void addressesOfIpv6ComeWithTheSubnetAndAsAsked() {
        var vpc = cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder()
                                .cidrBlock("10.0.0.0/16")
                                .amazonProvidedIpv6CidrBlock(true)
                                .build())
                .vpc();
        var range = vpc.ipv6CidrBlockAssociationSet().getFirst().ipv6CidrBlock().replace("/56", "/64");
        var subnet = cloud.call(
                        CreateSubnetResponse.class,
                        CreateSubnetRequest.builder()
                                .vpcId(vpc.vpcId())
                                .cidrBlock("10.0.1.0/24")
                                .ipv6CidrBlock(range)
                                .build())
                .subnet()
                .subnetId();
        assertEquals(List.of(), make(r -> r.subnetId(subnet)).ipv6Addresses());
        cloud.call(
                ModifySubnetAttributeResponse.class,
                ModifySubnetAttributeRequest.builder()
                        .subnetId(subnet)
                        .assignIpv6AddressOnCreation(on -> on.value(true))
                        .build());
        var made = make(r -> r.subnetId(subnet));
        assertEquals(1, made.ipv6Addresses().size());
        var prefix = range.substring(0, range.indexOf("::"));
        var first = made.ipv6Addresses().getFirst().ipv6Address();
        assertTrue(first.startsWith(prefix), first);
        for (var reserved : List.of("::", "::1", "::3", ":ffff:ffff:ffff:ffff")) {
            assertEquals(
                    "InvalidParameterValue",
                    cloud.refusal(AssignIpv6AddressesRequest.builder()
                            .networkInterfaceId(made.networkInterfaceId())
                            .ipv6Addresses(prefix + reserved)
                            .build()),
                    reserved);
        }
        cloud.call(
                AssignIpv6AddressesResponse.class,
                AssignIpv6AddressesRequest.builder()
                        .networkInterfaceId(made.networkInterfaceId())
                        .ipv6Addresses(prefix + "::4")
                        .build());
        assertEquals(
                List.of(first, prefix + "::4"),
                read(made.networkInterfaceId()).ipv6Addresses().stream()
                        .map(NetworkInterfaceIpv6Address::ipv6Address)
                        .toList());
    }

    /** If this fails, launches at the same time get the same address, or wait for each other until they give up. */
    @Test
    void manyAtTheSameTimeGetDifferentAddresses() throws InterruptedException, ExecutionException {
        make(r -> {});
        var subnets = cloud.bean(Subnets.class);
        var groups = cloud.bean(SecurityGroups.class);
        var interfaces = cloud.bean(NetworkInterfaces.class);
        try (var threads = Executors.newFixedThreadPool(4)) {
            var pending = new ArrayList<java.util.concurrent.Future<?>>();
            for (var i = 0; i < 4; i++) {
                pending.add(threads.submit(() -> DATABASE.run(entities -> {
                    var subnet = subnets.require(entities, ALICE, ids.subnetId());
                    var inGroups = groups.forInterface(entities, ALICE, ids.vpcId(), List.of());
                    var wanted = NewInterface.of(inGroups, NewInterface.Addresses.ANY, "", null);
                    interfaces.make(
                            entities,
                            subnet,
                            Stream.generate(() -> wanted).limit(500).toList());
                })));
            }
            for (var each : pending) {
                each.get();
            }
        }
        assertEquals(4091 - 2001, free());
        var all = new HashSet<String>();
        DATABASE.run(entities -> interfaces
                .list(entities, ALICE, null, null, 3000)
                .forEach(each -> assertTrue(all.add(each.primaryIp()))));
        assertEquals(2001, all.size());
    }

    private String smallSubnet() {
        return cloud.call(
                        CreateSubnetResponse.class,
                        CreateSubnetRequest.builder()
                                .vpcId(ids.vpcId())
                                .cidrBlock("172.31.200.0/28")
                                .build())
                .subnet()
                .subnetId();
    }

    /** The first to come makes all rows that the subnet can have; the others wait for it, and must look again. */
    @Test
    void theFirstOfASmallSubnetDoNotRefuseEachOther() throws InterruptedException, ExecutionException {
        make(r -> {});
        var small = smallSubnet();
        try (var threads = Executors.newFixedThreadPool(11)) {
            var pending = Stream.generate(() ->
                            threads.submit(() -> make(r -> r.subnetId(small)).privateIpAddress()))
                    .limit(11)
                    .toList();
            var given = new HashSet<String>();
            for (var each : pending) {
                given.add(each.get());
            }
            assertEquals(11, given.size());
        }
    }

    @Test
    void aFullSubnetRefusesAndNothingIsHalfMade() {
        var small = smallSubnet();
        make(r -> r.subnetId(small).secondaryPrivateIpAddressCount(9));
        assertEquals("InsufficientFreeAddressesInSubnet", cloud.refusal(request(r -> r.subnetId(small)
                .secondaryPrivateIpAddressCount(1))));
        assertEquals("172.31.200.14", make(r -> r.subnetId(small)).privateIpAddress());
    }

    @Test
    void secondaryAddressesAreAssignedMovedAndTakenBack() {
        var one = make(r -> {}).networkInterfaceId();
        var two = make(r -> {}).networkInterfaceId();
        var assigned = cloud
                .call(
                        AssignPrivateIpAddressesResponse.class,
                        AssignPrivateIpAddressesRequest.builder()
                                .networkInterfaceId(one)
                                .secondaryPrivateIpAddressCount(2)
                                .build())
                .assignedPrivateIpAddresses()
                .stream()
                .map(AssignedPrivateIpAddress::privateIpAddress)
                .toList();
        assertEquals(List.of("172.31.0.6", "172.31.0.7"), assigned);
        var move = AssignPrivateIpAddressesRequest.builder()
                .networkInterfaceId(two)
                .privateIpAddresses("172.31.0.6");
        assertEquals("InvalidIPAddress.InUse", cloud.refusal(move.build()));
        cloud.call(
                AssignPrivateIpAddressesResponse.class,
                move.allowReassignment(true).build());
        assertEquals(List.of("172.31.0.4", "172.31.0.7"), ips(read(one)));
        assertEquals(List.of("172.31.0.5", "172.31.0.6"), ips(read(two)));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(UnassignPrivateIpAddressesRequest.builder()
                        .networkInterfaceId(one)
                        .privateIpAddresses("172.31.0.4")
                        .build()));
        cloud.call(
                UnassignPrivateIpAddressesResponse.class,
                UnassignPrivateIpAddressesRequest.builder()
                        .networkInterfaceId(one)
                        .privateIpAddresses("172.31.0.7")
                        .build());
        assertEquals(List.of("172.31.0.4"), ips(read(one)));
    }

    @Test
    void anInterfaceIsAttachedToAnInstanceThatRunsOrIsStopped() {
        instances.put(INSTANCE, "stopping", 2);
        var primary = DATABASE.call(entities -> {
            cloud.bean(io.coppice.cloud.network.FirstNetwork.class).ensure(entities, ALICE);
            var subnet = cloud.bean(Subnets.class).require(entities, ALICE, ids.subnetId());
            var groups = cloud.bean(SecurityGroups.class).forInterface(entities, ALICE, ids.vpcId(), List.of());
            return cloud.bean(NetworkInterfaces.class)
                    .make(
                            entities,
                            subnet,
                            List.of(NewInterface.of(
                                    groups,
                                    NewInterface.Addresses.ANY,
                                    "",
                                    new NewInterface.Attachment(INSTANCE, 0, true))));
        });
        var extra = make(r -> {}).networkInterfaceId();
        var attach = AttachNetworkInterfaceRequest.builder()
                .networkInterfaceId(extra)
                .instanceId(INSTANCE)
                .deviceIndex(1);
        assertEquals("IncorrectInstanceState", cloud.refusal(attach.build()));
        instances.put(INSTANCE, "running", 2);
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(
                        attach.copy().networkInterfaceId(primary.getFirst().id()).build().toBuilder()
                                .networkInterfaceId(extra)
                                .deviceIndex(-1)
                                .build()));
        var attachment =
                cloud.call(AttachNetworkInterfaceResponse.class, attach.build()).attachmentId();
        assertEquals(List.of(INSTANCE), instances.told());
        assertEquals("in-use", read(extra).statusAsString());
        assertEquals("InvalidNetworkInterface.InUse", cloud.refusal(attach.build()));
        assertEquals(
                "InvalidNetworkInterface.InUse",
                cloud.refusal(DeleteNetworkInterfaceRequest.builder()
                        .networkInterfaceId(extra)
                        .build()));
        var third = make(r -> {}).networkInterfaceId();
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(attach.networkInterfaceId(third).build()));
        assertEquals(
                "AttachmentLimitExceeded", cloud.refusal(attach.deviceIndex(2).build()));
        var first = read(primary.getFirst().id()).attachment();
        assertEquals(
                "OperationNotPermitted",
                cloud.refusal(DetachNetworkInterfaceRequest.builder()
                        .attachmentId(first.attachmentId())
                        .build()));
        instances.put(INSTANCE, "stopped", 2);
        cloud.call(
                DetachNetworkInterfaceResponse.class,
                DetachNetworkInterfaceRequest.builder().attachmentId(attachment).build());
        assertEquals(List.of(INSTANCE, INSTANCE), instances.told(), "the guest's host hears of both");
        assertEquals("available", read(extra).statusAsString());
        assertEquals(
                "InvalidAttachmentID.NotFound",
                cloud.refusal(DetachNetworkInterfaceRequest.builder()
                        .attachmentId(attachment)
                        .build()));
    }

    @Test
    void attributesAreChangedAndReset() {
        var id = make(r -> {}).networkInterfaceId();
        var group = cloud.call(
                        CreateSecurityGroupResponse.class,
                        CreateSecurityGroupRequest.builder()
                                .groupName("web")
                                .description("d")
                                .build())
                .groupId();
        modify(id, r -> r.groups(group));
        modify(id, r -> r.description(d -> d.value("other")));
        modify(id, r -> r.sourceDestCheck(c -> c.value(false)));
        var changed = read(id);
        assertEquals(group, changed.groups().getFirst().groupId());
        assertEquals("other", changed.description());
        assertEquals(false, changed.sourceDestCheck());
        assertEquals(
                "DependencyViolation",
                cloud.refusal(
                        DeleteSecurityGroupRequest.builder().groupId(group).build()));
        cloud.call(
                ResetNetworkInterfaceAttributeResponse.class,
                ResetNetworkInterfaceAttributeRequest.builder()
                        .networkInterfaceId(id)
                        .sourceDestCheck("true")
                        .build());
        assertTrue(cloud.call(
                        DescribeNetworkInterfaceAttributeResponse.class,
                        DescribeNetworkInterfaceAttributeRequest.builder()
                                .networkInterfaceId(id)
                                .attribute("sourceDestCheck")
                                .build())
                .sourceDestCheck()
                .value());
        assertNotEquals(read(id).macAddress(), make(r -> {}).macAddress());
    }

    @Test
    void anInterfaceThatGoesWhileItIsReadIsLeftOut() {
        var stays = make(r -> {}).networkInterfaceId();
        var goes = make(r -> {}).networkInterfaceId();
        // As a list finds it whose first query came before the deletion, and whose second came after it.
        DATABASE.run(
                entities -> PlainSql.update(entities, "delete from subnet_addresses where interface_id = ?", goes));
        assertEquals(
                List.of(stays),
                cloud
                        .call(
                                DescribeNetworkInterfacesResponse.class,
                                DescribeNetworkInterfacesRequest.builder().build())
                        .networkInterfaces()
                        .stream()
                        .map(NetworkInterface::networkInterfaceId)
                        .toList());
    }

    private void modify(String id, Consumer<ModifyNetworkInterfaceAttributeRequest.Builder> changes) {
        var request = ModifyNetworkInterfaceAttributeRequest.builder().networkInterfaceId(id);
        changes.accept(request);
        cloud.call(ModifyNetworkInterfaceAttributeResponse.class, request.build());
    }
}
