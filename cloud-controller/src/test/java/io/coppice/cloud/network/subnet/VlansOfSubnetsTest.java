package io.coppice.cloud.network.subnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.VlanRanges;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;

/** If this fails, subnets of different accounts share a VLAN of the site's, or take one that the site has for itself. */
class VlansOfSubnetsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(
            DATABASE, Map.of("coppice.network.mode", "MANAGED", "coppice.network.vlans", "300, 100-101"));

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(NetworkFixture.TABLES);
    }

    private String vpc(String cidr) {
        return cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder().cidrBlock(cidr).build())
                .vpc()
                .vpcId();
    }

    private static CreateSubnetRequest wanted(String vpc, String cidr) {
        return CreateSubnetRequest.builder().vpcId(vpc).cidrBlock(cidr).build();
    }

    private String subnet(String vpc, String cidr) {
        return cloud.call(CreateSubnetResponse.class, wanted(vpc, cidr))
                .subnet()
                .subnetId();
    }

    private static List<Integer> vlans() {
        return DATABASE.call(
                entities -> PlainSql.query(entities, "select vni from subnets order by vni", row -> row.getInt(1)));
    }

    @Test
    void eachSubnetHasAVlanOfTheSitesUntilThereIsNone() {
        // The account's default subnet has the first.
        var vpc = vpc("10.0.0.0/16");
        var first = subnet(vpc, "10.0.1.0/24");
        subnet(vpc, "10.0.2.0/24");
        assertEquals(List.of(100, 101, 300), vlans());
        assertEquals("SubnetLimitExceeded", cloud.refusal(wanted(vpc, "10.0.3.0/24")));
        cloud.call(
                DeleteSubnetResponse.class,
                DeleteSubnetRequest.builder().subnetId(first).build());
        assertEquals(List.of(100, 300), vlans());
        subnet(vpc, "10.0.3.0/24");
        assertEquals(List.of(100, 101, 300), vlans(), "what is given back is given again");
    }

    @Test
    void whatIsNoSubnetTakesNoVlan() {
        for (int number = 1; number <= 4; number++) {
            vpc("10." + number + ".0.0/16");
        }
        var others =
                DATABASE.call(entities -> PlainSql.query(entities, "select min(vni) from vpcs", row -> row.getInt(1))
                        .getFirst());
        assertTrue(others > 4095, "a VPC has the number " + others);
    }

    @Test
    void anAccountThatComesWhenVlansAreInUseGetsAlongWithoutASubnet() {
        var small =
                new NetworkFixture(DATABASE, Map.of("coppice.network.mode", "MANAGED", "coppice.network.vlans", "7"));
        var everything = DescribeSubnetsRequest.builder().build();
        assertEquals(
                1,
                small.call(DescribeSubnetsResponse.class, everything).subnets().size());
        assertEquals(
                List.of(),
                small.call(TestRequests.BOB, DescribeSubnetsResponse.class, everything)
                        .subnets());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "4095", "200-100", "two", "1-", "-5", "1-2-3"})
    void aSiteThatWritesNoVlanIsTold(String text) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> VlanRanges.parse(List.of(text)));
        assertTrue(String.valueOf(refusal.getMessage()).contains("coppice.network.vlans"), refusal.toString());
    }
}
