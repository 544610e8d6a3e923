package io.coppice.cloud.network.vpc;

import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.CreateDefaultVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultVpcResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcClassicLinkRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcClassicLinkResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcTenancyRequest;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.Tenancy;
import software.amazon.awssdk.services.ec2.model.Vpc;

/** If this fails, VPCs overlap, outlive their deletion, go away while something is in them, or are seen by others. */
class VpcActionsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(NetworkFixture.TABLES);
        cloud = new NetworkFixture(DATABASE, Map.of("coppice.vpc.max-per-account", "3"));
    }

    private Vpc create(String cidr) {
        return cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder().cidrBlock(cidr).build())
                .vpc();
    }

    private List<String> list(Filter... filters) {
        return cloud
                .call(
                        DescribeVpcsResponse.class,
                        DescribeVpcsRequest.builder().filters(filters).build())
                .vpcs()
                .stream()
                .map(Vpc::cidrBlock)
                .sorted()
                .toList();
    }

    private static Filter filter(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }

    @Test
    void aVpcIsMadeFoundAndDeleted() {
        var tags = TagSpecification.builder()
                .resourceType(ResourceType.VPC)
                .tags(Tag.builder().key("Name").value("mine").build())
                .build();
        var made = cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder()
                                .cidrBlock("10.0.3.7/16")
                                .tagSpecifications(tags)
                                .build())
                .vpc();
        assertEquals("10.0.0.0/16", made.cidrBlock());
        assertEquals("mine", made.tags().getFirst().value());
        assertEquals(List.of("10.0.0.0/16", "172.31.0.0/16"), list());
        assertEquals(List.of("10.0.0.0/16"), list(filter("tag:Name", "mine")));
        assertEquals(List.of("172.31.0.0/16"), list(filter("is-default", "true")));
        assertEquals(List.of("10.0.0.0/16"), list(filter("cidr-block-association.cidr-block", "10.*")));
        assertEquals("InvalidVpcID.NotFound", cloud.refusal(BOB, delete(made.vpcId())));
        cloud.call(DeleteVpcResponse.class, delete(made.vpcId()));
        assertEquals("InvalidVpcID.NotFound", cloud.refusal(delete(made.vpcId())));
        assertEquals(List.of("vpc.created", "vpc.deleted"), cloud.events().kindsOf(made.vpcId()));
        assertEquals(
                "InvalidVpcID.NotFound",
                cloud.refusal(DescribeVpcsRequest.builder().vpcIds(made.vpcId()).build()));
    }

    private static DeleteVpcRequest delete(String id) {
        return DeleteVpcRequest.builder().vpcId(id).build();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/15, InvalidVpc.Range",
        "10.0.0.0/29, InvalidVpc.Range",
        "169.254.0.0/16, InvalidVpc.Range",
        "127.0.0.0/16, InvalidVpc.Range",
        "224.0.0.0/16, InvalidVpc.Range",
        "10.0.0.0, InvalidParameterValue",
        "fd00::/56, InvalidParameterValue",
        "bad, InvalidParameterValue"
    })
    void badRangesAreRefused(String cidr, String code) {
        assertEquals(
                code, cloud.refusal(CreateVpcRequest.builder().cidrBlock(cidr).build()));
    }

    @Test
    void thereIsALimitAndDedicatedHostsAreRefused() {
        assertEquals(
                "MissingParameter", cloud.refusal(CreateVpcRequest.builder().build()));
        assertEquals(
                "UnsupportedOperation",
                cloud.refusal(CreateVpcRequest.builder()
                        .cidrBlock("10.0.0.0/16")
                        .instanceTenancy(Tenancy.DEDICATED)
                        .build()));
        create("10.0.0.0/16");
        var last = create("10.0.0.0/16");
        assertEquals(
                "VpcLimitExceeded",
                cloud.refusal(
                        CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").build()));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(ModifyVpcTenancyRequest.builder()
                        .vpcId(last.vpcId())
                        .instanceTenancy("dedicated")
                        .build()));
    }

    @Test
    void rangesComeAndGo() {
        var vpc = create("10.0.0.0/16").vpcId();
        assertEquals("CidrConflict", cloud.refusal(associate(vpc, "10.0.128.0/17")));
        for (var cidr : List.of("10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16")) {
            assertEquals(
                    "associating",
                    cloud.call(AssociateVpcCidrBlockResponse.class, associate(vpc, cidr))
                            .cidrBlockAssociation()
                            .cidrBlockState()
                            .stateAsString());
        }
        assertEquals("CidrLimitExceeded", cloud.refusal(associate(vpc, "10.5.0.0/16")));
        var ranges = described(vpc).cidrBlockAssociationSet();
        assertEquals("10.0.0.0/16", ranges.getFirst().cidrBlock());
        assertEquals(5, ranges.size());
        var subnet = cloud.call(
                        CreateSubnetResponse.class,
                        CreateSubnetRequest.builder()
                                .vpcId(vpc)
                                .cidrBlock("10.4.1.0/24")
                                .build())
                .subnet();
        assertEquals(
                "OperationNotPermitted",
                cloud.refusal(disassociate(ranges.getFirst().associationId())));
        assertEquals(
                "DependencyViolation",
                cloud.refusal(disassociate(ranges.getLast().associationId())));
        cloud.call(
                DeleteSubnetResponse.class,
                DeleteSubnetRequest.builder().subnetId(subnet.subnetId()).build());
        cloud.call(
                DisassociateVpcCidrBlockResponse.class,
                disassociate(ranges.getLast().associationId()));
        assertEquals(
                "InvalidVpcCidrBlockAssociationID.NotFound",
                cloud.refusal(disassociate(ranges.getLast().associationId())));
        assertEquals(4, described(vpc).cidrBlockAssociationSet().size());
    }

    @Test
    void eachVpcHasAnIpv6RangeOfItsOwn() {
        var vpc = create("10.0.0.0/16").vpcId();
        var ipv6 = AssociateVpcCidrBlockRequest.builder()
                .vpcId(vpc)
                .amazonProvidedIpv6CidrBlock(true)
                .build();
        cloud.call(AssociateVpcCidrBlockResponse.class, ipv6);
        assertEquals("CidrLimitExceeded", cloud.refusal(ipv6));
        var other = cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder()
                                .cidrBlock("10.0.0.0/16")
                                .amazonProvidedIpv6CidrBlock(true)
                                .build())
                .vpc();
        var range = described(vpc).ipv6CidrBlockAssociationSet().getFirst().ipv6CidrBlock();
        assertTrue(range.startsWith("fdc0:bb1c:") && range.endsWith("/56"), range);
        assertNotEquals(range, other.ipv6CidrBlockAssociationSet().getFirst().ipv6CidrBlock());
    }

    private static AssociateVpcCidrBlockRequest associate(String vpc, String cidr) {
        return AssociateVpcCidrBlockRequest.builder().vpcId(vpc).cidrBlock(cidr).build();
    }

    private static DisassociateVpcCidrBlockRequest disassociate(String association) {
        return DisassociateVpcCidrBlockRequest.builder()
                .associationId(association)
                .build();
    }

    private Vpc described(String id) {
        return cloud.call(
                        DescribeVpcsResponse.class,
                        DescribeVpcsRequest.builder().vpcIds(id).build())
                .vpcs()
                .getFirst();
    }

    @Test
    void attributesAreKept() {
        var vpc = create("10.0.0.0/16").vpcId();
        assertTrue(attribute(vpc, "enableDnsSupport").enableDnsSupport().value());
        assertEquals(
                false, attribute(vpc, "enableDnsHostnames").enableDnsHostnames().value());
        cloud.call(
                ModifyVpcAttributeResponse.class,
                ModifyVpcAttributeRequest.builder()
                        .vpcId(vpc)
                        .enableDnsHostnames(flag -> flag.value(true))
                        .build());
        assertTrue(attribute(vpc, "enableDnsHostnames").enableDnsHostnames().value());
        assertEquals(
                "InvalidParameterCombination",
                cloud.refusal(ModifyVpcAttributeRequest.builder()
                        .vpcId(vpc)
                        .enableDnsHostnames(flag -> flag.value(true))
                        .enableDnsSupport(flag -> flag.value(true))
                        .build()));
        assertEquals(
                false,
                cloud.call(
                                DescribeVpcClassicLinkResponse.class,
                                DescribeVpcClassicLinkRequest.builder()
                                        .vpcIds(vpc)
                                        .build())
                        .vpcs()
                        .getFirst()
                        .classicLinkEnabled());
    }

    private DescribeVpcAttributeResponse attribute(String vpc, String name) {
        return cloud.call(
                DescribeVpcAttributeResponse.class,
                DescribeVpcAttributeRequest.builder().vpcId(vpc).attribute(name).build());
    }

    @Test
    void theDefaultVpcCanBeDeletedAndMadeAgain() {
        assertEquals(
                "DefaultVpcAlreadyExists",
                cloud.refusal(CreateDefaultVpcRequest.builder().build()));
        var vpc = cloud.call(
                        DescribeVpcsResponse.class,
                        DescribeVpcsRequest.builder().build())
                .vpcs()
                .getFirst()
                .vpcId();
        assertEquals("DependencyViolation", cloud.refusal(delete(vpc)));
        var subnets = cloud.call(
                        DescribeSubnetsResponse.class,
                        DescribeSubnetsRequest.builder().build())
                .subnets();
        subnets.forEach(subnet -> cloud.call(
                DeleteSubnetResponse.class,
                DeleteSubnetRequest.builder().subnetId(subnet.subnetId()).build()));
        assertEquals("DependencyViolation", cloud.refusal(delete(vpc)));
        var gateway = cloud.call(
                        DescribeInternetGatewaysResponse.class,
                        DescribeInternetGatewaysRequest.builder().build())
                .internetGateways()
                .getFirst()
                .internetGatewayId();
        cloud.call(
                DetachInternetGatewayResponse.class,
                DetachInternetGatewayRequest.builder()
                        .internetGatewayId(gateway)
                        .vpcId(vpc)
                        .build());
        cloud.call(
                DeleteInternetGatewayResponse.class,
                DeleteInternetGatewayRequest.builder()
                        .internetGatewayId(gateway)
                        .build());
        cloud.call(DeleteVpcResponse.class, delete(vpc));
        assertEquals(List.of(), list());
        var again = cloud.call(
                        CreateDefaultVpcResponse.class,
                        CreateDefaultVpcRequest.builder().build())
                .vpc();
        assertTrue(again.isDefault());
        assertNotEquals(vpc, again.vpcId());
        assertEquals(
                1,
                cloud.call(
                                DescribeSubnetsResponse.class,
                                DescribeSubnetsRequest.builder().build())
                        .subnets()
                        .size());
    }

    @Test
    void inTheFlatModeNobodyCarriesOutTheseActions() {
        var flat = new NetworkFixture(DATABASE, Map.of("coppice.network.mode", "FLAT"));
        var refused = assertThrows(
                AssertionError.class,
                () -> flat.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").build()));
        assertTrue(String.valueOf(refused.getMessage()).contains("nobody carries out"));
    }
}
