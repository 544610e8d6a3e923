package io.coppice.cloud.network.group;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.GetSecurityGroupsForVpcRequest;
import software.amazon.awssdk.services.ec2.model.GetSecurityGroupsForVpcResponse;
import software.amazon.awssdk.services.ec2.model.SecurityGroupForVpc;

/** If this fails, users are offered groups that interfaces in their VPC cannot have, or miss those that they can. */
class GroupsForVpcTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());
    private final String vpc = cloud.bean(DefaultNetwork.class).of(ALICE).vpcId();

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(NetworkFixture.TABLES);
    }

    @Test
    void theGroupsOfAVpcAreItsOwn() {
        var other = cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").build())
                .vpc()
                .vpcId();
        var made = cloud.call(
                        CreateSecurityGroupResponse.class,
                        CreateSecurityGroupRequest.builder()
                                .vpcId(other)
                                .groupName("web")
                                .description("for the web")
                                .build())
                .groupId();
        assertEquals(
                List.of("default"),
                groups(vpc, request -> {}).stream()
                        .map(SecurityGroupForVpc::groupName)
                        .toList());
        assertEquals(2, groups(other, request -> {}).size());
        var found = groups(
                other,
                request -> request.filters(filter -> filter.name("group-name").values("w*")));
        assertEquals(made, found.getFirst().groupId());
        assertEquals(other, found.getFirst().primaryVpcId());
        assertEquals("for the web", found.getFirst().description());
        assertTrue(groups(
                        other,
                        request -> request.filters(
                                filter -> filter.name("group-id").values("sg-0")))
                .isEmpty());
        assertEquals(
                "InvalidVpcID.NotFound",
                cloud.refusal(
                        BOB,
                        GetSecurityGroupsForVpcRequest.builder().vpcId(other).build()));
        assertEquals(
                "MissingParameter",
                cloud.refusal(GetSecurityGroupsForVpcRequest.builder().build()));
    }

    private List<SecurityGroupForVpc> groups(String vpcId, Consumer<GetSecurityGroupsForVpcRequest.Builder> changes) {
        var request = GetSecurityGroupsForVpcRequest.builder().vpcId(vpcId);
        changes.accept(request);
        return cloud.call(GetSecurityGroupsForVpcResponse.class, request.build())
                .securityGroupForVpcs();
    }
}
