package io.coppice.cloud.compute;

import static io.coppice.cloud.compute.CloudFixture.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.placement.PlacementGroups.Group;
import io.coppice.cloud.placement.PlacementStrategy;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.proto.compute.v1.Metadata;
import io.coppice.wire.error.AwsException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceCreditSpecificationsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceCreditSpecification;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceCpuOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceCreditSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceEventStartTimeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMaintenanceOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyPrivateDnsNameOptionsRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** If this fails, what users choose of an instance reads back as something else, or an account's choices do not reach launches. */
class InstanceChoicesTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private static final InstanceTypes TYPES = name -> new InstanceTypes.Type(name, 2, 8192, 0);
    private final CloudFixture cloud = new CloudFixture(DATABASE);
    private final InstanceCredits credits =
            new InstanceCredits(DATABASE, new RecordingEventLog(), new Pages(new PageTokens(() -> new byte[32])));
    private final InstanceChoiceActions actions = new InstanceChoiceActions(
            DATABASE,
            new RecordingEventLog(),
            TYPES,
            zone -> {},
            new FlatNetwork(
                    account -> new NetworkNames.DefaultNames("", "", "", ""),
                    new AddressPool(CloudFixture.CIDR),
                    CloudFixture.ZONE));

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void creditsReadBackAsTheyWereAskedFor() {
        var usual = launch(request -> request.instanceType("t3.micro"));
        var standard = launch(request ->
                request.instanceType("t3.micro").creditSpecification(credit -> credit.cpuCredits("standard")));
        var other = cloud.runOne();
        assertEquals(List.of("unlimited"), creditsOf(usual));
        assertEquals(List.of("standard"), creditsOf(standard));
        assertEquals(List.of("standard"), creditsOf(other));
        assertEquals(List.of("unlimited"), creditsOf(), "without ids: those that are unlimited");
        setState(standard, InstanceState.RUNNING);
        setState(other, InstanceState.RUNNING);
        var answer = credits.modify(
                by("ModifyInstanceCreditSpecification"),
                ModifyInstanceCreditSpecificationRequest.builder()
                        .instanceCreditSpecifications(
                                each -> each.instanceId(standard).cpuCredits("unlimited"),
                                each -> each.instanceId(other).cpuCredits("unlimited"),
                                each -> each.instanceId("i-0000000000000dead").cpuCredits("unlimited"),
                                each -> each.instanceId(usual).cpuCredits("endless"))
                        .build());
        assertEquals(
                standard,
                answer.successfulInstanceCreditSpecifications().getFirst().instanceId());
        assertEquals(1, answer.successfulInstanceCreditSpecifications().size());
        assertEquals(
                List.of(
                        "InstanceCreditSpecification.NotSupported",
                        "InvalidInstanceID.NotFound",
                        "InvalidParameterValue"),
                answer.unsuccessfulInstanceCreditSpecifications().stream()
                        .map(each -> each.error().codeAsString())
                        .toList());
        assertEquals(List.of("unlimited"), creditsOf(standard));
        assertEquals(2, creditsOf().size());
        refused(
                "InvalidParameterCombination",
                () -> launch(request -> request.instanceType("m5.large")
                        .creditSpecification(credit -> credit.cpuCredits("unlimited"))));
    }

    @Test
    void theAccountsChoicesReachLaunchesThatDoNotSayOtherwise() {
        choose("metadata-http-tokens", "required");
        choose("metadata-hop-limit", "5");
        choose("credits-t3", "standard");
        var id = launch(request -> request.instanceType("t3.micro"));
        var options = seen(id).metadataOptions();
        assertEquals("required", options.httpTokensAsString());
        assertEquals(5, options.httpPutResponseHopLimit());
        assertEquals(List.of("standard"), creditsOf(id));
        var own = launch(request -> request.metadataOptions(
                metadata -> metadata.httpTokens("optional").httpPutResponseHopLimit(2)));
        assertEquals("optional", seen(own).metadataOptions().httpTokensAsString());
        assertEquals(2, seen(own).metadataOptions().httpPutResponseHopLimit());
        choose("metadata-http-tokens-enforced", "enabled");
        refused(
                "UnsupportedOperation",
                () -> launch(request -> request.metadataOptions(metadata -> metadata.httpTokens("optional"))));
        refused("UnsupportedOperation", () -> cloud.actions
                .attributes()
                .modifyMetadata(
                        by("ModifyInstanceMetadataOptions"),
                        ModifyInstanceMetadataOptionsRequest.builder()
                                .instanceId(id)
                                .httpTokens("optional")
                                .build()));
    }

    @Test
    void metadataByIpv6IsOffUnlessItIsAskedFor() {
        var usual = launch(request -> {});
        assertEquals("disabled", seen(usual).metadataOptions().httpProtocolIpv6AsString());
        var id = launch(request -> request.metadataOptions(metadata -> metadata.httpProtocolIpv6("enabled")));
        assertEquals("enabled", seen(id).metadataOptions().httpProtocolIpv6AsString());
        assertTrue(told(id).getIpv6Enabled(), "its host is told");
        var generation = row(id).generation;
        var answer = cloud.actions
                .attributes()
                .modifyMetadata(
                        by("ModifyInstanceMetadataOptions"),
                        ModifyInstanceMetadataOptionsRequest.builder()
                                .instanceId(id)
                                .httpProtocolIpv6("disabled")
                                .build());
        assertEquals("disabled", answer.instanceMetadataOptions().httpProtocolIpv6AsString());
        assertEquals("optional", answer.instanceMetadataOptions().httpTokensAsString(), "the rest stays");
        assertEquals("disabled", seen(id).metadataOptions().httpProtocolIpv6AsString());
        assertFalse(told(id).getIpv6Enabled());
        assertTrue(row(id).generation > generation, "and its host is told anew");
        refused(
                "InvalidParameterValue",
                () -> launch(request -> request.metadataOptions(metadata -> metadata.httpProtocolIpv6("perhaps"))));
    }

    private static Instance row(String id) {
        return DATABASE.call(
                entities -> InstanceRows.one(entities, by("RunInstances").account(), id));
    }

    private static Metadata told(String id) {
        return DesiredInstances.of(row(id), "us-east-1", "", null, List.of()).getMetadata();
    }

    @Test
    void recoveryCanBeSwitchedOff() {
        var id = launch(request -> request.maintenanceOptions(options -> options.autoRecovery("disabled")));
        assertEquals("disabled", seen(id).maintenanceOptions().autoRecoveryAsString());
        var answer = actions.maintenance(
                by("ModifyInstanceMaintenanceOptions"),
                ModifyInstanceMaintenanceOptionsRequest.builder()
                        .instanceId(id)
                        .autoRecovery("default")
                        .build());
        assertEquals("default", answer.autoRecoveryAsString());
        assertEquals("default", seen(id).maintenanceOptions().autoRecoveryAsString());
    }

    @Test
    void anInstanceIsNamedByItsIdWhenAskedTo() {
        var id = launch(request -> request.privateDnsNameOptions(names -> names.hostnameType("resource-name")));
        assertEquals(id + ".us-east-1.internal", seen(id).privateDnsName());
        assertEquals("resource-name", seen(id).privateDnsNameOptions().hostnameTypeAsString());
        refused("IncorrectInstanceState", () -> name(id, "ip-name"));
        refused(
                "UnsupportedOperation",
                () -> actions.names(
                        by("ModifyPrivateDnsNameOptions"),
                        ModifyPrivateDnsNameOptionsRequest.builder()
                                .instanceId(id)
                                .enableResourceNameDnsAAAARecord(true)
                                .build()));
        refused(
                "UnsupportedOperation",
                () -> launch(
                        request -> request.privateDnsNameOptions(names -> names.enableResourceNameDnsARecord(true))));
        setState(id, InstanceState.STOPPED);
        name(id, "ip-name");
        assertTrue(seen(id).privateDnsName().startsWith("ip-"), seen(id).privateDnsName());
    }

    private void name(String id, String type) {
        actions.names(
                by("ModifyPrivateDnsNameOptions"),
                ModifyPrivateDnsNameOptionsRequest.builder()
                        .instanceId(id)
                        .privateDnsHostnameType(type)
                        .build());
    }

    @Test
    void anInstanceHasAsManyProcessorsAsItWasGiven() {
        var id = launch(request -> request.instanceType("m5.large")
                .cpuOptions(cpu -> cpu.coreCount(1).threadsPerCore(1)));
        assertEquals(1, seen(id).cpuOptions().coreCount());
        assertEquals(1, cloud.row(id).machine.vcpus());
        refused(
                "InvalidParameterValue",
                () -> launch(request -> request.instanceType("m5.large")
                        .cpuOptions(cpu -> cpu.coreCount(3).threadsPerCore(1))));
        refused("InvalidParameterCombination", () -> launch(request -> request.cpuOptions(cpu -> cpu.coreCount(1))));
        var wish = ModifyInstanceCpuOptionsRequest.builder()
                .instanceId(id)
                .coreCount(2)
                .threadsPerCore(1)
                .build();
        refused("IncorrectInstanceState", () -> actions.processors(by("ModifyInstanceCpuOptions"), wish));
        setState(id, InstanceState.STOPPED);
        assertEquals(2, actions.processors(by("ModifyInstanceCpuOptions"), wish).coreCount());
        assertEquals(2, cloud.row(id).machine.vcpus());
    }

    @Test
    void noEventIsScheduled() {
        var id = cloud.runOne();
        refused(
                "InvalidInstanceEventIDNotFound",
                () -> actions.eventStart(
                        by("ModifyInstanceEventStartTime"),
                        ModifyInstanceEventStartTimeRequest.builder()
                                .instanceId(id)
                                .instanceEventId("instance-event-00000000000000001")
                                .notBefore(Instant.EPOCH)
                                .build()));
    }

    @Test
    void launchesAreDividedAmongPartitions() {
        var group = new Group("pg-00000000000000001", "parts", PlacementStrategy.PARTITION, 3);
        var seen = cloud.describe(describe -> describe.instanceIds(launchInto(group, 0, 5)));
        assertEquals(
                List.of(1, 1, 2, 2, 3),
                seen.stream()
                        .map(each -> each.placement().partitionNumber())
                        .sorted()
                        .toList());
        var chosen = launchInto(group, 2, 1).getFirst();
        assertEquals(2, seen(chosen).placement().partitionNumber());
        assertEquals(3, seen(launchInto(group, 0, 1).getFirst()).placement().partitionNumber(), "the emptiest");
        assertEquals(
                3,
                cloud.describe(describe -> describe.filters(filter ->
                                filter.name("placement-partition-number").values("2")))
                        .size());
        refused("InvalidParameterValue", () -> launchInto(group, 4, 1));
        refused(
                "InvalidParameterCombination",
                () -> launchInto(new Group("pg-00000000000000002", "apart", PlacementStrategy.SPREAD, 0), 1, 1));
        var desired = DesiredInstances.of(cloud.row(chosen), "us-east-1", "", null, List.of())
                .getMachine();
        assertEquals("pg-00000000000000001", desired.getPartitionGroup());
        assertEquals(2, desired.getPartition());
        assertEquals("", desired.getSpreadGroup());
    }

    private List<String> launchInto(Group group, int partition, int count) {
        var request = RunInstancesRequest.builder()
                .imageId(CloudFixture.IMAGE)
                .minCount(count)
                .maxCount(count)
                .placement(placement ->
                        placement.groupName(group.name()).partitionNumber(partition == 0 ? null : partition))
                .build();
        return cloud
                .actions
                .launcher()
                .run(by("RunInstances"), new LaunchRequest(request, request, null, group, Optional.empty()))
                .instances()
                .stream()
                .map(software.amazon.awssdk.services.ec2.model.Instance::instanceId)
                .toList();
    }

    private String launch(Consumer<RunInstancesRequest.Builder> changes) {
        return cloud.run(changes).instances().getFirst().instanceId();
    }

    private software.amazon.awssdk.services.ec2.model.Instance seen(String id) {
        return cloud.describe(describe -> describe.instanceIds(id)).getFirst();
    }

    private List<String> creditsOf(String... ids) {
        return credits
                .describe(
                        by("DescribeInstanceCreditSpecifications"),
                        DescribeInstanceCreditSpecificationsRequest.builder()
                                .instanceIds(ids)
                                .build())
                .instanceCreditSpecifications()
                .stream()
                .map(InstanceCreditSpecification::cpuCredits)
                .toList();
    }

    private static void setState(String id, InstanceState state) {
        DATABASE.run(entities -> entities.find(Instance.class, id).state = state);
    }

    private static void choose(String name, String value) {
        DATABASE.run(entities -> io.coppice.cloud.store.PlainSql.update(
                entities,
                "insert into account_settings (account_id, name, value) values (?, ?, ?)",
                io.coppice.cloud.front.TestRequests.ALICE.value(),
                name,
                value));
    }

    private static void refused(String code, Runnable call) {
        assertEquals(code, assertThrows(AwsException.class, call::run).code());
    }
}
