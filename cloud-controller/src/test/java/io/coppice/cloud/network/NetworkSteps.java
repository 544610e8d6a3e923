package io.coppice.cloud.network;

import io.coppice.cloud.front.TestRequests;
import io.coppice.foundation.id.AccountId;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;

/** What most tests of networks begin with, as a test fixture: each makes one thing and gives its id. */
public final class NetworkSteps {
    private final NetworkFixture cloud;

    /** The steps in this cloud. */
    public NetworkSteps(NetworkFixture cloud) {
        this.cloud = cloud;
    }

    /** A VPC of {@link TestRequests#ALICE}. */
    public String vpc(String cidr) {
        return vpc(TestRequests.ALICE, cidr);
    }

    /** A VPC. */
    public String vpc(AccountId account, String cidr) {
        return cloud.call(
                        account,
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder().cidrBlock(cidr).build())
                .vpc()
                .vpcId();
    }

    /** A subnet. */
    public String subnet(String vpc, String cidr) {
        return cloud.call(
                        CreateSubnetResponse.class,
                        CreateSubnetRequest.builder().vpcId(vpc).cidrBlock(cidr).build())
                .subnet()
                .subnetId();
    }

    /** An internet gateway that is attached to the VPC. */
    public String gateway(String vpc) {
        var gateway = cloud.call(
                        CreateInternetGatewayResponse.class,
                        CreateInternetGatewayRequest.builder().build())
                .internetGateway()
                .internetGatewayId();
        cloud.call(
                AttachInternetGatewayResponse.class,
                AttachInternetGatewayRequest.builder()
                        .internetGatewayId(gateway)
                        .vpcId(vpc)
                        .build());
        return gateway;
    }

    /** A route table. */
    public String routeTable(String vpc) {
        return cloud.call(
                        CreateRouteTableResponse.class,
                        CreateRouteTableRequest.builder().vpcId(vpc).build())
                .routeTable()
                .routeTableId();
    }

    /** A route. */
    public void route(CreateRouteRequest request) {
        cloud.call(CreateRouteResponse.class, request);
    }
}
