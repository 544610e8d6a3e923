package io.coppice.cloud.network.peering;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.NetworkSteps;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsRequest;
import software.amazon.awssdk.services.ec2.model.RejectVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.RejectVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnection;

/** If this fails, VPCs are joined whose owners did not both agree, or whose ranges overlap. */
class PeeringActionsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());
    private final NetworkSteps steps = new NetworkSteps(cloud);
    private String vpc = "";
    private String peer = "";

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void networks() {
        DATABASE.truncate(NetworkFixture.TABLES);
        vpc = steps.vpc("10.0.0.0/16");
        peer = steps.vpc(BOB, "10.1.0.0/16");
    }

    private CreateVpcPeeringConnectionRequest wanted() {
        return CreateVpcPeeringConnectionRequest.builder()
                .vpcId(vpc)
                .peerVpcId(peer)
                .peerOwnerId(BOB.value())
                .build();
    }

    private VpcPeeringConnection create() {
        return cloud.call(CreateVpcPeeringConnectionResponse.class, wanted()).vpcPeeringConnection();
    }

    private static AcceptVpcPeeringConnectionRequest accept(String id) {
        return AcceptVpcPeeringConnectionRequest.builder()
                .vpcPeeringConnectionId(id)
                .build();
    }

    private static DeleteVpcPeeringConnectionRequest delete(String id) {
        return DeleteVpcPeeringConnectionRequest.builder()
                .vpcPeeringConnectionId(id)
                .build();
    }

    private List<String> states(NetworkFixture in, AccountId account) {
        return in
                .call(
                        account,
                        DescribeVpcPeeringConnectionsResponse.class,
                        DescribeVpcPeeringConnectionsRequest.builder().build())
                .vpcPeeringConnections()
                .stream()
                .map(each -> each.status().codeAsString())
                .toList();
    }

    @Test
    void bothOwnersAgreeAndEitherEndsIt() {
        var made = create();
        assertEquals("pending-acceptance", made.status().codeAsString());
        assertEquals("10.1.0.0/16", made.accepterVpcInfo().cidrBlock());
        var id = made.vpcPeeringConnectionId();
        assertEquals("VpcPeeringConnectionAlreadyExists", cloud.refusal(wanted()));
        assertEquals("OperationNotPermitted", cloud.refusal(accept(id)));
        assertEquals("InvalidStateTransition", cloud.refusal(BOB, delete(id)));
        cloud.call(BOB, AcceptVpcPeeringConnectionResponse.class, accept(id));
        assertEquals(List.of("active"), states(cloud, ALICE));
        assertEquals(List.of("active"), states(cloud, BOB));
        assertEquals("InvalidStateTransition", cloud.refusal(BOB, accept(id)));
        assertEquals(
                "CidrConflict",
                cloud.refusal(AssociateVpcCidrBlockRequest.builder()
                        .vpcId(vpc)
                        .cidrBlock("10.1.128.0/17")
                        .build()));
        assertEquals(
                "UnsupportedOperation",
                cloud.refusal(ModifyVpcPeeringConnectionOptionsRequest.builder()
                        .vpcPeeringConnectionId(id)
                        .requesterPeeringConnectionOptions(options -> options.allowDnsResolutionFromRemoteVpc(true))
                        .build()));
        var deleteVpc = DeleteVpcRequest.builder().vpcId(vpc).build();
        assertEquals("DependencyViolation", cloud.refusal(deleteVpc));
        cloud.call(BOB, DeleteVpcPeeringConnectionResponse.class, delete(id));
        assertEquals(List.of("deleted"), states(cloud, ALICE));
        cloud.call(DeleteVpcResponse.class, deleteVpc);
    }

    @Test
    void whatCannotBeJoinedFails() {
        peer = steps.vpc(BOB, "10.0.0.0/17");
        assertEquals("failed", create().status().codeAsString());
        peer = "vpc-00000000000000001";
        assertEquals("failed", create().status().codeAsString());
        peer = vpc;
        assertEquals("InvalidParameterValue", cloud.refusal(wanted()));
    }

    @Test
    void aRequestIsRejectedExpiresOrGoesWithItsVpc() {
        cloud.call(
                BOB,
                RejectVpcPeeringConnectionResponse.class,
                RejectVpcPeeringConnectionRequest.builder()
                        .vpcPeeringConnectionId(create().vpcPeeringConnectionId())
                        .build());
        assertEquals(List.of("rejected"), states(cloud, ALICE));
        create();
        var late = new NetworkFixture(DATABASE, Map.of(), Clock.offset(Clock.systemUTC(), Duration.ofDays(8)));
        assertEquals(List.of("expired"), states(late, BOB));
        create();
        cloud.call(
                DeleteVpcResponse.class, DeleteVpcRequest.builder().vpcId(vpc).build());
        assertEquals(false, states(cloud, BOB).contains("pending-acceptance"));
    }
}
