package io.coppice.cloud.network.flowlog;

import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.NetworkSteps;
import io.coppice.cloud.network.compile.VpcCompiler;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.network.v1.FlowLogging;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DeleteFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.FlowLog;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** If this fails, a flow log records something else than its owner asked for, or a request that cannot be is taken. */
class FlowLogActionsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();
    private static final String BUCKET = "arn:aws:s3:::logs";

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());
    private final NetworkSteps steps = new NetworkSteps(cloud);
    private String vpc = "";
    private String subnet = "";

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void network() {
        DATABASE.truncate(NetworkFixture.TABLES);
        vpc = steps.vpc("10.0.0.0/16");
        subnet = steps.subnet(vpc, "10.0.1.0/24");
    }

    private CreateFlowLogsRequest.Builder wanted(String type, String... ids) {
        return CreateFlowLogsRequest.builder()
                .resourceType(type)
                .resourceIds(ids)
                .trafficType("ALL")
                .logDestinationType("s3")
                .logDestination(BUCKET);
    }

    private CreateFlowLogsResponse create(CreateFlowLogsRequest.Builder request) {
        return cloud.call(CreateFlowLogsResponse.class, request.build());
    }

    private List<FlowLog> described(DescribeFlowLogsRequest.Builder request) {
        return cloud.call(DescribeFlowLogsResponse.class, request.build()).flowLogs();
    }

    private FlowLogging told() {
        return DATABASE.call(entities -> cloud.bean(VpcCompiler.class)
                .compile(entities, vpc)
                .orElseThrow()
                .getFlowLogging());
    }

    @Test
    void whatIsAskedForIsDescribed() {
        var id = create(wanted("VPC", vpc)
                        .trafficType("REJECT")
                        .logDestination(BUCKET + "/flows/")
                        .logFormat("${srcaddr}   ${action}")
                        .maxAggregationInterval(60)
                        .tagSpecifications(TagSpecification.builder()
                                .resourceType(ResourceType.VPC_FLOW_LOG)
                                .tags(Tag.builder().key("a").value("b").build())
                                .build()))
                .flowLogIds()
                .getFirst();
        var log = described(DescribeFlowLogsRequest.builder()).getFirst();
        assertEquals(id, log.flowLogId());
        assertEquals("ACTIVE", log.flowLogStatus());
        assertEquals(vpc, log.resourceId());
        assertEquals("REJECT", log.trafficTypeAsString());
        assertEquals("s3", log.logDestinationTypeAsString());
        assertEquals(BUCKET + "/flows/", log.logDestination());
        assertEquals("${srcaddr} ${action}", log.logFormat());
        assertEquals(60, log.maxAggregationInterval());
        assertEquals("SUCCESS", log.deliverLogsStatus());
        assertNull(log.deliverLogsErrorMessage());
        assertEquals("b", log.tags().getFirst().value());
        create(wanted("Subnet", subnet));
        var standard = described(DescribeFlowLogsRequest.builder()
                        .filter(Filter.builder()
                                .name("resource-id")
                                .values(subnet)
                                .build()))
                .getFirst();
        assertEquals(600, standard.maxAggregationInterval());
        assertTrue(standard.logFormat().startsWith("${version} ${account-id} ${interface-id} ${srcaddr}"));
        assertEquals(
                List.of(id),
                described(DescribeFlowLogsRequest.builder()
                                .filter(
                                        Filter.builder()
                                                .name("traffic-type")
                                                .values("REJECT")
                                                .build(),
                                        Filter.builder()
                                                .name("tag:a")
                                                .values("b")
                                                .build()))
                        .stream()
                        .map(FlowLog::flowLogId)
                        .toList());
    }

    @Test
    void hostsAreToldWhoseFlowsAreRecordedUntilTheLogIsDeleted() {
        assertEquals(FlowLogging.getDefaultInstance(), told());
        var eni = cloud.call(
                        CreateNetworkInterfaceResponse.class,
                        CreateNetworkInterfaceRequest.builder().subnetId(subnet).build())
                .networkInterface()
                .networkInterfaceId();
        var ofSubnet = create(wanted("Subnet", subnet)).flowLogIds();
        create(wanted("NetworkInterface", eni));
        assertEquals(List.of(subnet), told().getSubnetIdsList());
        assertEquals(List.of(eni), told().getNetworkInterfaceIdsList());
        assertFalse(told().getWholeVpc());
        create(wanted("VPC", vpc));
        assertTrue(told().getWholeVpc());
        cloud.call(
                DeleteFlowLogsResponse.class,
                DeleteFlowLogsRequest.builder().flowLogIds(ofSubnet).build());
        assertEquals(List.of(), told().getSubnetIdsList());
        assertEquals(
                "InvalidFlowLogId.NotFound",
                cloud.refusal(
                        DeleteFlowLogsRequest.builder().flowLogIds(ofSubnet).build()));
    }

    @Test
    void aLogGoesWithWhatItRecords() {
        var other = steps.subnet(vpc, "10.0.2.0/24");
        create(wanted("Subnet", other));
        cloud.call(
                DeleteSubnetResponse.class,
                DeleteSubnetRequest.builder().subnetId(other).build());
        assertEquals(List.of(), described(DescribeFlowLogsRequest.builder()));
    }

    @Test
    void ofSeveralResourcesThoseThatFailAreNamed() {
        var first = create(wanted("Subnet", subnet).clientToken("once"));
        assertEquals(
                first.flowLogIds(),
                create(wanted("Subnet", subnet).clientToken("once")).flowLogIds());
        assertEquals(
                "FlowLogAlreadyExists", cloud.refusal(wanted("Subnet", subnet).build()));
        var other = steps.subnet(vpc, "10.0.2.0/24");
        var missing = "subnet-00000000000000001";
        var answer = create(wanted("Subnet", subnet, other, missing));
        assertEquals(1, answer.flowLogIds().size());
        assertNotEquals(first.flowLogIds(), answer.flowLogIds());
        assertEquals(
                List.of(subnet, missing),
                answer.unsuccessful().stream().map(each -> each.resourceId()).toList());
        assertEquals(
                List.of("FlowLogAlreadyExists", "InvalidSubnetID.NotFound"),
                answer.unsuccessful().stream().map(each -> each.error().code()).toList());
        create(wanted("Subnet", subnet).trafficType("REJECT"));
        assertEquals(
                "FlowLogsLimitExceeded",
                cloud.refusal(wanted("Subnet", subnet).trafficType("ACCEPT").build()));
    }

    @Test
    void badRequestsAreRefused() {
        assertEquals(
                "InvalidVpcID.NotFound", cloud.refusal(BOB, wanted("VPC", vpc).build()));
        assertEquals(
                "InvalidSubnetID.Malformed", cloud.refusal(wanted("Subnet", vpc).build()));
        assertEquals(
                "InvalidParameter",
                cloud.refusal(wanted("TransitGateway", "tgw-1").build()));
        assertEquals("MissingParameter", cloud.refusal(wanted("VPC").build()));
        assertEquals(
                "MissingParameter",
                cloud.refusal(wanted("VPC", vpc).trafficType((String) null).build()));
        for (var type : new String[] {"cloud-watch-logs", "kinesis-data-firehose", null}) {
            assertEquals(
                    "UnsupportedOperation",
                    cloud.refusal(wanted("VPC", vpc).logDestinationType(type).build()));
        }
        for (var format : List.of("${srcaddr} ${vpc-id}", "srcaddr", "${srcaddr},${dstaddr}", "${end} ${end}")) {
            assertEquals(
                    "InvalidParameter",
                    cloud.refusal(wanted("VPC", vpc).logFormat(format).build()),
                    format);
        }
        for (var destination :
                List.of("", "logs", "arn:aws:s3:::logs/AWSLogs/", "arn:aws:logs:::group", "arn:aws:s3:::L")) {
            assertEquals(
                    "InvalidParameter",
                    cloud.refusal(wanted("VPC", vpc).logDestination(destination).build()),
                    destination);
        }
        assertEquals(
                "InvalidParameter",
                cloud.refusal(wanted("VPC", vpc).maxAggregationInterval(120).build()));
        assertEquals(
                "InvalidFlowLogId.NotFound",
                cloud.refusal(DescribeFlowLogsRequest.builder()
                        .flowLogIds("fl-00000000000000001")
                        .build()));
        assertEquals(List.of(), described(DescribeFlowLogsRequest.builder()));
    }
}
