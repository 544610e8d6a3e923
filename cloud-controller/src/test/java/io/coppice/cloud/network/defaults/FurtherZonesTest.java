package io.coppice.cloud.network.defaults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.Subnet;

/** If this fails, accounts cannot launch into a zone that was added, or get back what they deleted. */
class FurtherZonesTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture one = new NetworkFixture(DATABASE, Map.of());
    private final NetworkFixture two = new NetworkFixture(
            DATABASE, Map.of("coppice.zones.cluster.us-east-1b", "b:8775", "coppice.zones.ebs.us-east-1b", "b:8776"));

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(NetworkFixture.TABLES);
    }

    private static List<Subnet> subnets(NetworkFixture cloud) {
        return cloud
                .call(
                        DescribeSubnetsResponse.class,
                        DescribeSubnetsRequest.builder().build())
                .subnets()
                .stream()
                .sorted((a, b) -> a.cidrBlock().compareTo(b.cidrBlock()))
                .toList();
    }

    private static List<String> inWords(NetworkFixture cloud) {
        return subnets(cloud).stream()
                .map(subnet -> subnet.availabilityZone() + " " + subnet.cidrBlock() + " " + subnet.defaultForAz())
                .toList();
    }

    @Test
    void aNewAccountHasADefaultSubnetInEveryZone() {
        assertEquals(List.of("us-east-1a 172.31.0.0/20 true", "us-east-1b 172.31.16.0/20 true"), inWords(two));
    }

    @Test
    void anAccountFromBeforeGetsOneOnceAndNotAgain() {
        assertEquals(List.of("us-east-1a 172.31.0.0/20 true"), inWords(one));
        assertEquals(List.of("us-east-1a 172.31.0.0/20 true", "us-east-1b 172.31.16.0/20 true"), inWords(two));
        two.call(
                DeleteSubnetResponse.class,
                DeleteSubnetRequest.builder()
                        .subnetId(subnets(two).getLast().subnetId())
                        .build());
        assertEquals(List.of("us-east-1a 172.31.0.0/20 true"), inWords(two));
        two.call(
                CreateDefaultSubnetResponse.class,
                CreateDefaultSubnetRequest.builder()
                        .availabilityZone("us-east-1b")
                        .build());
        assertEquals(2, subnets(two).size());
    }

    @Test
    void subnetsAreMadeInTheZoneThatIsNamedByNameOrId() {
        var vpc = subnets(two).getFirst().vpcId();
        var byName = CreateSubnetRequest.builder()
                .vpcId(vpc)
                .cidrBlock("172.31.32.0/20")
                .availabilityZone("us-east-1b")
                .build();
        var byId = CreateSubnetRequest.builder()
                .vpcId(vpc)
                .cidrBlock("172.31.48.0/20")
                .availabilityZoneId("use1-az2")
                .build();
        for (var request : List.of(byName, byId)) {
            var made = two.call(CreateSubnetResponse.class, request).subnet();
            assertEquals("us-east-1b use1-az2", made.availabilityZone() + " " + made.availabilityZoneId());
        }
        assertEquals(
                "InvalidParameterValue",
                two.refusal(byName.toBuilder().availabilityZone("us-east-1c").build()));
    }
}
