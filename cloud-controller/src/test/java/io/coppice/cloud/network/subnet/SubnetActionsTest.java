package io.coppice.cloud.network.subnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.wire.error.AwsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.AssociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateSubnetCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateSubnetCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeResponse;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.Vpc;

/** If this fails, subnets overlap, lie outside of their VPC, or go away while addresses of them are in use. */
class SubnetActionsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of("coppice.vpc.max-subnets", "4"));

    private String vpc = "";
    private String ipv6 = "";

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(NetworkFixture.TABLES);
        Vpc made = cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder()
                                .cidrBlock("10.0.0.0/16")
                                .amazonProvidedIpv6CidrBlock(true)
                                .build())
                .vpc();
        vpc = made.vpcId();
        ipv6 = made.ipv6CidrBlockAssociationSet().getFirst().ipv6CidrBlock().replace("/56", "/64");
    }

    private CreateSubnetRequest wanted(String cidr, @Nullable String zone) {
        return CreateSubnetRequest.builder()
                .vpcId(vpc)
                .cidrBlock(cidr)
                .availabilityZone(zone)
                .build();
    }

    private Subnet create(String cidr) {
        return cloud.call(CreateSubnetResponse.class, wanted(cidr, null)).subnet();
    }

    private Subnet described(String id) {
        return cloud.call(
                        DescribeSubnetsResponse.class,
                        DescribeSubnetsRequest.builder().subnetIds(id).build())
                .subnets()
                .getFirst();
    }

    @Test
    void aSubnetIsMadeFoundAndDeleted() {
        var made = create("10.0.1.0/24");
        assertEquals("us-east-1a", made.availabilityZone());
        assertEquals(251, made.availableIpAddressCount());
        assertEquals(11, create("10.0.2.0/28").availableIpAddressCount());
        var found = cloud.call(
                        DescribeSubnetsResponse.class,
                        DescribeSubnetsRequest.builder()
                                .filters(
                                        Filter.builder()
                                                .name("vpc-id")
                                                .values(vpc)
                                                .build(),
                                        Filter.builder()
                                                .name("available-ip-address-count")
                                                .values("251")
                                                .build())
                                .build())
                .subnets();
        assertEquals(List.of(made), found);
        var delete = DeleteSubnetRequest.builder().subnetId(made.subnetId()).build();
        assertEquals("InvalidSubnetID.NotFound", cloud.refusal(TestRequests.BOB, delete));
        cloud.call(DeleteSubnetResponse.class, delete);
        assertEquals("InvalidSubnetID.NotFound", cloud.refusal(delete));
        assertEquals(List.of("subnet.created", "subnet.deleted"), cloud.events().kindsOf(made.subnetId()));
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0/24, , InvalidSubnet.Range",
        "10.0.0.0/15, , InvalidSubnet.Range",
        "10.0.9.0/29, , InvalidSubnet.Range",
        "10.0.1.128/25, , InvalidSubnet.Conflict",
        "10.0.0.0/20, , InvalidSubnet.Conflict",
        "10.0.0.0, , InvalidParameterValue",
        "10.0.9.0/24, us-east-1z, InvalidParameterValue"
    })
    void badRangesAndZonesAreRefused(String cidr, @Nullable String zone, String code) {
        create("10.0.1.0/24");
        assertEquals(code, cloud.refusal(wanted(cidr, zone)));
    }

    @Test
    void thereIsALimitAndTheVpcMustBeThere() {
        for (var third = 0; third < 4; third++) {
            create("10.0." + third + ".0/24");
        }
        assertEquals("SubnetLimitExceeded", cloud.refusal(wanted("10.0.9.0/24", null)));
        assertEquals(
                "InvalidVpcID.NotFound",
                cloud.refusal(CreateSubnetRequest.builder()
                        .vpcId("vpc-00000000000000001")
                        .cidrBlock("10.0.0.0/24")
                        .build()));
        assertEquals(
                "InvalidVpcID.Malformed",
                cloud.refusal(CreateSubnetRequest.builder()
                        .vpcId("nonsense")
                        .cidrBlock("10.0.0.0/24")
                        .build()));
    }

    /** If this fails, two requests at the same time make overlapping subnets. */
    @Test
    void ofManyRequestsForOneRangeOneIsDone() throws Exception {
        var answers = new ArrayList<Future<String>>();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (var i = 0; i < 8; i++) {
                answers.add(threads.submit(() -> {
                    try {
                        return create("10.0.7.0/24").cidrBlock();
                    } catch (AwsException e) {
                        return e.code();
                    }
                }));
            }
        }
        var texts = new ArrayList<String>();
        for (var answer : answers) {
            texts.add(answer.get());
        }
        assertEquals(1, texts.stream().filter("10.0.7.0/24"::equals).count(), texts.toString());
        assertEquals(7, texts.stream().filter("InvalidSubnet.Conflict"::equals).count(), texts.toString());
    }

    @Test
    void ipv6RangesAreGivenAndTaken() {
        var subnet = create("10.0.1.0/24").subnetId();
        var associate = AssociateSubnetCidrBlockRequest.builder().subnetId(subnet);
        assertEquals(
                "InvalidSubnet.Range",
                cloud.refusal(associate.ipv6CidrBlock("fd00::/64").build()));
        assertEquals(
                "InvalidSubnet.Range",
                cloud.refusal(
                        associate.ipv6CidrBlock(ipv6.replace("/64", "/60")).build()));
        cloud.call(
                AssociateSubnetCidrBlockResponse.class,
                associate.ipv6CidrBlock(ipv6).build());
        assertEquals(
                "InvalidSubnet.Conflict",
                cloud.refusal(wanted("10.0.2.0/24", null).toBuilder()
                        .ipv6CidrBlock(ipv6)
                        .build()));
        var association = described(subnet).ipv6CidrBlockAssociationSet().getFirst();
        assertEquals(ipv6, association.ipv6CidrBlock());
        cloud.call(ModifySubnetAttributeResponse.class, assignIpv6(subnet));
        assertTrue(described(subnet).assignIpv6AddressOnCreation());
        var disassociate = DisassociateSubnetCidrBlockRequest.builder()
                .associationId(association.associationId())
                .build();
        cloud.call(DisassociateSubnetCidrBlockResponse.class, disassociate);
        assertEquals("InvalidSubnetCidrBlockAssociationID.NotFound", cloud.refusal(disassociate));
        assertEquals("InvalidParameterValue", cloud.refusal(assignIpv6(subnet)));
    }

    private static ModifySubnetAttributeRequest assignIpv6(String subnet) {
        return ModifySubnetAttributeRequest.builder()
                .subnetId(subnet)
                .assignIpv6AddressOnCreation(flag -> flag.value(true))
                .build();
    }

    @Test
    void attributesAreKeptOneAtATime() {
        var subnet = create("10.0.1.0/24").subnetId();
        cloud.call(
                ModifySubnetAttributeResponse.class,
                ModifySubnetAttributeRequest.builder()
                        .subnetId(subnet)
                        .mapPublicIpOnLaunch(flag -> flag.value(true))
                        .build());
        cloud.call(
                ModifySubnetAttributeResponse.class,
                ModifySubnetAttributeRequest.builder()
                        .subnetId(subnet)
                        .privateDnsHostnameTypeOnLaunch("resource-name")
                        .build());
        assertTrue(described(subnet).mapPublicIpOnLaunch());
        assertEquals(
                "resource-name",
                described(subnet).privateDnsNameOptionsOnLaunch().hostnameTypeAsString());
        assertEquals(
                "MissingParameter",
                cloud.refusal(
                        ModifySubnetAttributeRequest.builder().subnetId(subnet).build()));
        assertEquals(
                "InvalidParameterCombination",
                cloud.refusal(assignIpv6(subnet).toBuilder()
                        .mapPublicIpOnLaunch(flag -> flag.value(true))
                        .build()));
    }

    @Test
    void theDefaultSubnetCanBeDeletedAndMadeAgain() {
        var create = CreateDefaultSubnetRequest.builder()
                .availabilityZone("us-east-1a")
                .build();
        assertEquals("DefaultSubnetAlreadyExistsInAvailabilityZone", cloud.refusal(create));
        var standard = cloud.call(
                        DescribeSubnetsResponse.class,
                        DescribeSubnetsRequest.builder()
                                .filters(Filter.builder()
                                        .name("default-for-az")
                                        .values("true")
                                        .build())
                                .build())
                .subnets()
                .getFirst();
        cloud.call(
                DeleteSubnetResponse.class,
                DeleteSubnetRequest.builder().subnetId(standard.subnetId()).build());
        var again = cloud.call(CreateDefaultSubnetResponse.class, create).subnet();
        assertTrue(again.defaultForAz() && again.mapPublicIpOnLaunch());
        assertEquals("172.31.0.0/20", again.cidrBlock());
    }
}
