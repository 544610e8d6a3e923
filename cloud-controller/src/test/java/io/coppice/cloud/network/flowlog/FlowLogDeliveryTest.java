package io.coppice.cloud.network.flowlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.NetworkSteps;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import io.coppice.proto.network.v1.FlowCount;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.InterfaceFlows;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsResponse;

/** If this fails, a flow log's objects say something else than hosts counted, come twice, or are lost without a word. */
class FlowLogDeliveryTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();
    private static final String HEADER = "version account-id interface-id srcaddr dstaddr srcport dstport protocol"
            + " packets bytes start end action log-status";
    private static final String ENI = "eni-00000000000000001";

    private final Instant now = Instant.now().plusSeconds(120);
    private final long end = now.getEpochSecond() - 10;
    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of("coppice.flow-logs.max-waiting", "2"));
    private final NetworkSteps steps = new NetworkSteps(cloud);
    private final Zone zone = new Zone();
    private final Buckets buckets = new Buckets();
    private final FlowLogDelivery delivery = new FlowLogDelivery(
            DATABASE,
            zone,
            cloud.bean(FlowLogs.class),
            cloud.bean(WaitingFiles.class),
            buckets,
            cloud.bean(FlowLogConfig.class),
            cloud.bean(SiteConfig.class),
            Clock.fixed(now, ZoneOffset.UTC));
    private String vpc = "";
    private String log = "";

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void network() {
        DATABASE.truncate(NetworkFixture.TABLES);
        DATABASE.truncate("flow_log_positions");
        vpc = steps.vpc("10.0.0.0/16");
        log = create("ALL", "arn:aws:s3:::logs/of/flows/");
    }

    private String create(String traffic, String destination) {
        return cloud.call(
                        CreateFlowLogsResponse.class,
                        CreateFlowLogsRequest.builder()
                                .resourceType("VPC")
                                .resourceIds(vpc)
                                .trafficType(traffic)
                                .logDestinationType("s3")
                                .logDestination(destination)
                                .build())
                .flowLogIds()
                .getFirst();
    }

    private FlowReport report(InterfaceFlows.Builder flows) {
        return FlowReport.newBuilder()
                .setVpcId(vpc)
                .setBeginSeconds(end - 60)
                .setEndSeconds(end)
                .addInterfaces(flows.setNetworkInterfaceId(ENI))
                .build();
    }

    private static InterfaceFlows.Builder flows(boolean... accepted) {
        var flows = InterfaceFlows.newBuilder();
        for (var each : accepted) {
            flows.addFlows(FlowCount.newBuilder()
                    .setSource("10.0.1.4")
                    .setDestination("10.0.1.5")
                    .setProtocol(6)
                    .setSourcePort(40_000)
                    .setDestinationPort(each ? 80 : 22)
                    .setPackets(3)
                    .setBytes(180)
                    .setAccepted(each));
        }
        return flows;
    }

    private String line(String rest) {
        return "2 " + TestRequests.ALICE.value() + " " + ENI + " " + rest;
    }

    private String status(String status) {
        return line("- - - - - - - %d %d - %s".formatted(end - 60, end, status));
    }

    private String told() {
        var described = cloud.call(
                        DescribeFlowLogsResponse.class,
                        DescribeFlowLogsRequest.builder().flowLogIds(log).build())
                .flowLogs()
                .getFirst();
        return described.deliverLogsStatus() + " " + described.deliverLogsErrorMessage();
    }

    @Test
    void anObjectHasTheNameAndTheLinesThatAwsGivesIt() {
        zone.tell(report(flows(true, false)));
        delivery.pass();
        var account = TestRequests.ALICE.value();
        var key = buckets.objects.keySet().iterator().next();
        assertTrue(
                key.matches("logs of/flows/AWSLogs/" + account + "/vpcflowlogs/us-east-1/\\d{4}/\\d\\d/\\d\\d/"
                        + account + "_vpcflowlogs_us-east-1_" + log + "_\\d{8}T\\d{4}Z_[0-9a-f]{8}\\.log\\.gz"),
                key);
        assertEquals(
                List.of(
                        HEADER,
                        line("10.0.1.4 10.0.1.5 40000 80 6 3 180 %d %d ACCEPT OK".formatted(end - 60, end)),
                        line("10.0.1.4 10.0.1.5 40000 22 6 3 180 %d %d REJECT OK".formatted(end - 60, end))),
                buckets.lines());
        delivery.pass();
        assertEquals(1, buckets.objects.size(), "nothing comes twice");
        assertEquals("SUCCESS null", told());
    }

    @Test
    void onlyWhatWasAskedForIsRecordedAndSilenceIsSaid() {
        create("REJECT", "arn:aws:s3:::refused");
        zone.tell(report(flows(true)));
        delivery.pass();
        assertEquals(1, buckets.objects.size(), "there is nothing to say of what was refused");
        buckets.objects.clear();
        zone.tell(report(flows()));
        delivery.pass();
        assertEquals(2, buckets.objects.size());
        assertEquals(List.of(HEADER, status("NODATA")), buckets.lines());
        buckets.objects.clear();
        zone.tell(report(flows().setSkipped(true)));
        delivery.pass();
        assertEquals(List.of(HEADER, status("SKIPDATA")), buckets.lines());
    }

    @Test
    void whatAZoneLostIsSaid() {
        zone.tell(report(flows()));
        delivery.pass();
        buckets.objects.clear();
        zone.tell(report(flows()));
        zone.reports.clear();
        zone.tell(report(flows()));
        delivery.pass();
        assertEquals(List.of(HEADER, status("SKIPDATA")), buckets.lines());
        buckets.objects.clear();
        zone.restart();
        zone.tell(report(flows()));
        delivery.pass();
        assertEquals(List.of(HEADER, status("SKIPDATA")), buckets.lines());
    }

    @Test
    void whatCannotBeDeliveredWaitsAndIsSaidSo() {
        buckets.missing = true;
        for (int i = 0; i < 3; i++) {
            zone.tell(report(flows(true)));
            delivery.pass();
        }
        assertEquals("FAILED Access error", told());
        assertEquals(Map.of(), buckets.objects);
        buckets.missing = false;
        delivery.pass();
        assertEquals(2, buckets.objects.size(), "as many as may wait");
        assertEquals("SUCCESS null", told());
    }

    /** A zone whose hosts tell what a test lets them tell. */
    private static final class Zone implements FlowSource {
        private final List<FlowReport> reports = new ArrayList<>();
        private String stream = "one";
        private long sequence;

        void tell(FlowReport report) {
            reports.add(report);
            sequence++;
        }

        void restart() {
            reports.clear();
            stream = "two";
            sequence = 0;
        }

        @Override
        public List<String> zones() {
            return List.of("us-east-1a");
        }

        @Override
        public Optional<TakeFlowsResponse> take(String zone, TakeFlowsRequest request) {
            var kept = stream.equals(request.getStreamId()) ? sequence - request.getDoneSequence() : sequence;
            while (reports.size() > kept) {
                reports.removeFirst();
            }
            return Optional.of(TakeFlowsResponse.newBuilder()
                    .setStreamId(stream)
                    .addAllReports(reports)
                    .setLastSequence(sequence)
                    .build());
        }
    }

    /** Buckets in memory; keys begin with the bucket's name. */
    private static final class Buckets implements LogBuckets {
        private final Map<String, byte[]> objects = new TreeMap<>();
        private boolean missing;

        @Override
        public void put(String accountId, String bucket, String key, byte[] content) throws NotDelivered {
            if (missing) {
                throw new NotDelivered(true, "there is no such bucket", new IOException("not found"));
            }
            objects.put(bucket + " " + key, content.clone());
        }

        List<String> lines() {
            try (var zip = new GZIPInputStream(
                    new ByteArrayInputStream(objects.values().iterator().next()))) {
                return new String(zip.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
