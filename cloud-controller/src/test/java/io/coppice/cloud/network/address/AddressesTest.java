package io.coppice.cloud.network.address;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.StoppedInstances;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.*;

/** If this fails, a public address leads to somebody else's instance, is lost, or cannot be moved. */
class AddressesTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());
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

    private AllocateAddressResponse allocate() {
        return cloud.call(
                AllocateAddressResponse.class, AllocateAddressRequest.builder().build());
    }

    private Address read(String allocation) {
        return cloud.call(
                        DescribeAddressesResponse.class,
                        DescribeAddressesRequest.builder()
                                .allocationIds(allocation)
                                .build())
                .addresses()
                .getFirst();
    }

    private NetworkInterface networkInterface() {
        return cloud.call(
                        CreateNetworkInterfaceResponse.class,
                        CreateNetworkInterfaceRequest.builder()
                                .subnetId(ids.subnetId())
                                .secondaryPrivateIpAddressCount(1)
                                .build())
                .networkInterface();
    }

    private String associate(Consumer<AssociateAddressRequest.Builder> changes) {
        var request = AssociateAddressRequest.builder();
        changes.accept(request);
        return cloud.call(AssociateAddressResponse.class, request.build()).associationId();
    }

    @Test
    void addressesComeOutOfThePoolUpToTheLimitAndGoBack() {
        var first = allocate();
        assertTrue(first.publicIp().startsWith("198.18."), first.publicIp());
        assertEquals("vpc", first.domainAsString());
        assertEquals("us-east-1", first.networkBorderGroup());
        for (var i = 0; i < 4; i++) {
            allocate();
        }
        assertEquals(
                "AddressLimitExceeded",
                cloud.refusal(AllocateAddressRequest.builder().build()));
        assertEquals(
                "InvalidAllocationID.NotFound",
                cloud.refusal(
                        BOB,
                        ReleaseAddressRequest.builder()
                                .allocationId(first.allocationId())
                                .build()));
        cloud.call(
                ReleaseAddressResponse.class,
                ReleaseAddressRequest.builder()
                        .allocationId(first.allocationId())
                        .build());
        assertEquals(
                "InvalidAllocationID.NotFound",
                cloud.refusal(ReleaseAddressRequest.builder()
                        .allocationId(first.allocationId())
                        .build()));
        // By name, when nobody has it.
        var again = cloud.call(
                AllocateAddressResponse.class,
                AllocateAddressRequest.builder()
                        .address(first.publicIp())
                        .domain("standard")
                        .build());
        assertEquals(first.publicIp(), again.publicIp());
        assertEquals(
                "InvalidIPAddress.InUse",
                cloud.refusal(
                        BOB,
                        AllocateAddressRequest.builder()
                                .address(first.publicIp())
                                .build()));
        assertEquals(
                "InvalidAddress.NotFound",
                cloud.refusal(
                        BOB,
                        AllocateAddressRequest.builder().address("198.18.0.1").build()));
        cloud.call(
                ReleaseAddressResponse.class,
                ReleaseAddressRequest.builder().publicIp(again.publicIp()).build());
    }

    @Test
    void anAddressIsAssociatedMovedAndTakenAway() {
        var address = allocate();
        var id = address.allocationId();
        var one = networkInterface();
        var two = networkInterface();
        var association = associate(r -> r.allocationId(id).networkInterfaceId(one.networkInterfaceId()));
        var shown = read(id);
        assertEquals(association, shown.associationId());
        assertEquals(one.privateIpAddress(), shown.privateIpAddress());
        assertEquals(association, associate(r -> r.allocationId(id).networkInterfaceId(one.networkInterfaceId())));
        var move = AssociateAddressRequest.builder()
                .publicIp(address.publicIp())
                .networkInterfaceId(two.networkInterfaceId())
                .privateIpAddress(two.privateIpAddresses().getLast().privateIpAddress());
        assertEquals("Resource.AlreadyAssociated", cloud.refusal(move.build()));
        assertEquals(
                "InvalidIPAddress.InUse",
                cloud.refusal(ReleaseAddressRequest.builder().allocationId(id).build()));
        var moved = cloud.call(
                        AssociateAddressResponse.class,
                        move.allowReassociation(true).build())
                .associationId();
        var found = cloud.call(
                        DescribeNetworkInterfacesResponse.class,
                        DescribeNetworkInterfacesRequest.builder()
                                .filters(Filter.builder()
                                        .name("addresses.association.public-ip")
                                        .values(address.publicIp())
                                        .build())
                                .build())
                .networkInterfaces();
        assertEquals(
                List.of(two.networkInterfaceId()),
                found.stream().map(NetworkInterface::networkInterfaceId).toList());
        // Another one in its place: the first stays with the account.
        var other = allocate();
        associate(r -> r.allocationId(other.allocationId())
                .networkInterfaceId(two.networkInterfaceId())
                .privateIpAddress(two.privateIpAddresses().getLast().privateIpAddress()));
        assertEquals(null, read(id).associationId());
        assertEquals(
                "InvalidAssociationID.NotFound",
                cloud.refusal(DisassociateAddressRequest.builder()
                        .associationId(moved)
                        .build()));
        cloud.call(
                DisassociateAddressResponse.class,
                DisassociateAddressRequest.builder()
                        .associationId(read(other.allocationId()).associationId())
                        .build());
        assertEquals(null, read(other.allocationId()).networkInterfaceId());
    }

    @Test
    void aDeletedInterfaceLeavesTheElasticAddressWithItsAccount() {
        var id = allocate().allocationId();
        var target = networkInterface().networkInterfaceId();
        associate(r -> r.allocationId(id).networkInterfaceId(target));
        cloud.call(
                DeleteNetworkInterfaceResponse.class,
                DeleteNetworkInterfaceRequest.builder()
                        .networkInterfaceId(target)
                        .build());
        assertEquals(null, read(id).networkInterfaceId());
        associate(r -> r.allocationId(id).networkInterfaceId(networkInterface().networkInterfaceId()));
    }

    /** Otherwise a move would wait for a host's reports, which wait for the move: one of them would fail. */
    @Test
    void aMoveLocksBothInstancesTogether() {
        var id = allocate().allocationId();
        var before = attachedTo("i-0000000000000000b");
        var after = attachedTo("i-0000000000000000a");
        associate(r -> r.allocationId(id).networkInterfaceId(before));
        associate(r -> r.allocationId(id).networkInterfaceId(after).allowReassociation(true));
        assertEquals(
                List.of("i-0000000000000000a", "i-0000000000000000b"),
                List.copyOf(cloud.bean(StoppedInstances.class).locked().getLast()));
    }

    private String attachedTo(String instance) {
        cloud.bean(StoppedInstances.class).put(instance, "stopped", 4);
        var id = networkInterface().networkInterfaceId();
        cloud.call(
                AttachNetworkInterfaceResponse.class,
                AttachNetworkInterfaceRequest.builder()
                        .networkInterfaceId(id)
                        .instanceId(instance)
                        .deviceIndex(1)
                        .build());
        return id;
    }

    @Test
    void aNetworkWithoutAGatewayTakesNone() {
        var vpc = cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").build())
                .vpc()
                .vpcId();
        var subnet = cloud.call(
                        CreateSubnetResponse.class,
                        CreateSubnetRequest.builder()
                                .vpcId(vpc)
                                .cidrBlock("10.0.0.0/24")
                                .build())
                .subnet()
                .subnetId();
        var target = cloud.call(
                        CreateNetworkInterfaceResponse.class,
                        CreateNetworkInterfaceRequest.builder().subnetId(subnet).build())
                .networkInterface()
                .networkInterfaceId();
        assertEquals(
                "Gateway.NotAttached",
                cloud.refusal(AssociateAddressRequest.builder()
                        .allocationId(allocate().allocationId())
                        .networkInterfaceId(target)
                        .build()));
    }

    @Test
    void theNameForReverseLookUpsIsToldAsAWish() {
        var id = allocate().allocationId();
        cloud.call(
                ModifyAddressAttributeResponse.class,
                ModifyAddressAttributeRequest.builder()
                        .allocationId(id)
                        .domainName("www.example.com")
                        .build());
        var told = cloud.call(
                        DescribeAddressesAttributeResponse.class,
                        DescribeAddressesAttributeRequest.builder()
                                .allocationIds(id)
                                .attribute("domain-name")
                                .build())
                .addresses()
                .getFirst();
        assertEquals(null, told.ptrRecord());
        assertEquals("www.example.com", told.ptrRecordUpdate().value());
        assertEquals("PENDING", told.ptrRecordUpdate().status());
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(ModifyAddressAttributeRequest.builder()
                        .allocationId(id)
                        .domainName("not a name")
                        .build()));
    }
}
