package io.coppice.cloud.network.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.NetworkSteps;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DescribeEgressOnlyInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeEgressOnlyInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.InternetGateway;

/** If this fails, a VPC has two ways out, or one that is in use goes away. */
class GatewayActionsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of("coppice.vpc.max-internet-gateways", "3"));
    private final NetworkSteps steps = new NetworkSteps(cloud);

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(NetworkFixture.TABLES);
    }

    private static AttachInternetGatewayRequest attach(String gateway, String vpc) {
        return AttachInternetGatewayRequest.builder()
                .internetGatewayId(gateway)
                .vpcId(vpc)
                .build();
    }

    @Test
    void aGatewayIsAttachedToOneVpcAndAVpcHasOneGateway() {
        var vpc = steps.vpc("10.0.0.0/16");
        var other = steps.vpc("10.1.0.0/16");
        var gateway = steps.gateway(vpc);
        assertEquals("Resource.AlreadyAssociated", cloud.refusal(attach(gateway, other)));
        var second = steps.gateway(other);
        assertEquals("Resource.AlreadyAssociated", cloud.refusal(attach(second, vpc)));
        assertEquals(
                "InternetGatewayLimitExceeded",
                cloud.refusal(CreateInternetGatewayRequest.builder().build()));
        var found = cloud.call(
                        DescribeInternetGatewaysResponse.class,
                        DescribeInternetGatewaysRequest.builder()
                                .filters(Filter.builder()
                                        .name("attachment.vpc-id")
                                        .values(vpc)
                                        .build())
                                .build())
                .internetGateways();
        assertEquals(
                List.of(gateway),
                found.stream().map(InternetGateway::internetGatewayId).toList());
        assertEquals("available", found.getFirst().attachments().getFirst().stateAsString());
        var delete = DeleteInternetGatewayRequest.builder()
                .internetGatewayId(gateway)
                .build();
        assertEquals("DependencyViolation", cloud.refusal(delete));
        assertEquals(
                "DependencyViolation",
                cloud.refusal(DeleteVpcRequest.builder().vpcId(vpc).build()));
        assertEquals(
                "Gateway.NotAttached",
                cloud.refusal(DetachInternetGatewayRequest.builder()
                        .internetGatewayId(gateway)
                        .vpcId(other)
                        .build()));
        cloud.call(
                DetachInternetGatewayResponse.class,
                DetachInternetGatewayRequest.builder()
                        .internetGatewayId(gateway)
                        .vpcId(vpc)
                        .build());
        cloud.call(DeleteInternetGatewayResponse.class, delete);
        assertEquals("InvalidInternetGatewayID.NotFound", cloud.refusal(delete));
        assertEquals("InvalidInternetGatewayID.NotFound", cloud.refusal(attach("igw-00000000000000001", vpc)));
    }

    @Test
    void anEgressOnlyGatewayBelongsToItsVpc() {
        var vpc = steps.vpc("10.0.0.0/16");
        var create = CreateEgressOnlyInternetGatewayRequest.builder()
                .vpcId(vpc)
                .clientToken("once")
                .build();
        var made = cloud.call(CreateEgressOnlyInternetGatewayResponse.class, create)
                .egressOnlyInternetGateway();
        assertEquals(vpc, made.attachments().getFirst().vpcId());
        assertEquals(
                made,
                cloud.call(CreateEgressOnlyInternetGatewayResponse.class, create)
                        .egressOnlyInternetGateway());
        assertEquals(
                List.of(made),
                cloud.call(
                                DescribeEgressOnlyInternetGatewaysResponse.class,
                                DescribeEgressOnlyInternetGatewaysRequest.builder()
                                        .build())
                        .egressOnlyInternetGateways());
        assertEquals(
                "DependencyViolation",
                cloud.refusal(DeleteVpcRequest.builder().vpcId(vpc).build()));
        var delete = DeleteEgressOnlyInternetGatewayRequest.builder()
                .egressOnlyInternetGatewayId(made.egressOnlyInternetGatewayId())
                .build();
        cloud.call(DeleteEgressOnlyInternetGatewayResponse.class, delete);
        assertEquals("InvalidGatewayID.NotFound", cloud.refusal(delete));
    }
}
