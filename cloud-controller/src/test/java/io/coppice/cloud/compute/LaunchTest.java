package io.coppice.cloud.compute;

import static io.coppice.cloud.compute.CloudFixture.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.wire.error.AwsException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.StartInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;

/** If this fails, launches share addresses, leave half of themselves behind, run twice, or are not seen after the answer. */
@SuppressWarnings("unchecked") // The SDK's builders take generic varargs.
class LaunchTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private final CloudFixture cloud = new CloudFixture(DATABASE);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void theRootDiskIsAVolumeUntilTheInstanceEnds() {
        var id = cloud.runOne();
        var other = cloud.runOne();
        var mapping = cloud.describe(d -> d.instanceIds(id))
                .getFirst()
                .blockDeviceMappings()
                .getFirst();
        assertEquals("/dev/sda1", mapping.deviceName());
        assertEquals("attached", mapping.ebs().statusAsString());
        assertEquals(true, mapping.ebs().deleteOnTermination());
        var volumes = new InstanceRootVolumes(DATABASE);
        var found = volumes.list(TestRequests.ALICE, List.of(mapping.ebs().volumeId()), null, 10);
        assertEquals(id, found.getFirst().instanceId());
        assertEquals(1, found.getFirst().sizeGib(), "64 MiB, rounded up");
        assertEquals(2, volumes.list(TestRequests.ALICE, null, null, 10).size());
        assertEquals(List.of(), volumes.list(TestRequests.BOB, null, null, 10));
        assertEquals(
                id,
                cloud.describe(d -> d.filters(f -> f.name("block-device-mapping.volume-id")
                                .values(mapping.ebs().volumeId())))
                        .getFirst()
                        .instanceId());
        end(other);
        assertEquals(1, volumes.list(TestRequests.ALICE, null, null, 10).size());
    }

    @Test
    void theInterfaceOfAnInstanceIsFoundByAllThatClientsKnow() {
        var id = cloud.runOne();
        var other = cloud.runOne();
        var tags = TestTags.in(DATABASE);
        var interfaces = new NetworkInterfaceActions(
                DATABASE, tags, new Pages(new PageTokens(() -> new byte[32])), TestSite.config());
        var seen = cloud.describe(d -> d.instanceIds(id))
                .getFirst()
                .networkInterfaces()
                .getFirst();
        DATABASE.run(entities ->
                tags.put(TestRequests.ALICE, seen.networkInterfaceId(), "network-interface", Map.of("Name", "first")));
        var facts = Map.of(
                "attachment.instance-id", id,
                "network-interface-id", seen.networkInterfaceId(),
                "private-ip-address", seen.privateIpAddress(),
                "mac-address", seen.macAddress(),
                "tag:Name", "first");
        facts.forEach((name, value) -> {
            var found = interfaces
                    .describe(
                            by("DescribeNetworkInterfaces"),
                            DescribeNetworkInterfacesRequest.builder()
                                    .filters(f -> f.name(name).values(value))
                                    .build())
                    .networkInterfaces();
            assertEquals(1, found.size(), name);
            assertEquals(seen.networkInterfaceId(), found.getFirst().networkInterfaceId(), name);
            assertEquals(id, found.getFirst().attachment().instanceId());
        });
        for (var name : List.of("subnet-id", "vpc-id", "group-id")) {
            var value = Map.of(
                            "subnet-id", seen.subnetId(),
                            "vpc-id", seen.vpcId(),
                            "group-id", seen.groups().getFirst().groupId())
                    .getOrDefault(name, "");
            assertEquals(
                    2,
                    interfaces
                            .describe(
                                    by("DescribeNetworkInterfaces"),
                                    DescribeNetworkInterfacesRequest.builder()
                                            .filters(f -> f.name(name).values(value))
                                            .build())
                            .networkInterfaces()
                            .size(),
                    name);
        }
        var attribute = interfaces.attribute(
                by("DescribeNetworkInterfaceAttribute"),
                DescribeNetworkInterfaceAttributeRequest.builder()
                        .networkInterfaceId(seen.networkInterfaceId())
                        .attribute("attachment")
                        .build());
        assertEquals(id, attribute.attachment().instanceId());
        end(other);
        var gone = cloud.row(other).network.interfaceId();
        assertEquals(
                "InvalidNetworkInterfaceID.NotFound",
                assertThrows(
                                AwsException.class,
                                () -> interfaces.describe(
                                        by("DescribeNetworkInterfaces"),
                                        DescribeNetworkInterfacesRequest.builder()
                                                .networkInterfaceIds(gone)
                                                .build()))
                        .code());
    }

    private static void end(String id) {
        DATABASE.run(entities -> {
            var row = entities.find(Instance.class, id);
            row.state = InstanceState.TERMINATED;
        });
    }

    @Test
    void aLaunchIsSeenAtOnceWithEverythingClientsRead() {
        var launched = cloud.run(r -> r.minCount(2).maxCount(2).keyName("dev").tagSpecifications(t -> t.resourceType(
                        ResourceType.INSTANCE)
                .tags(tag -> tag.key("Name").value("web"))));
        assertEquals(2, launched.instances().size());
        var seen = cloud.describe(d -> {});
        assertEquals(List.of(0, 1), seen.stream().map(i -> i.amiLaunchIndex()).toList());
        var first = seen.getFirst();
        assertEquals("pending", first.state().nameAsString());
        assertEquals("172.31.0.16", first.privateIpAddress());
        assertEquals("ip-172-31-0-16.us-east-1.internal", first.privateDnsName());
        assertEquals("02:c0:ac:1f:00:10", first.networkInterfaces().getFirst().macAddress());
        assertEquals("default", first.placement().tenancyAsString());
        assertEquals("disabled", first.monitoring().stateAsString());
        assertEquals("optional", first.metadataOptions().httpTokensAsString());
        assertEquals(false, first.ebsOptimized());
        assertEquals(true, first.sourceDestCheck());
        assertEquals("web", first.tags().getFirst().value());
        // A launch leaves out the block devices, as AWS does.
        assertEquals(
                launched.instances(),
                seen.stream()
                        .map(each ->
                                each.toBuilder().blockDeviceMappings(List.of()).build())
                        .toList());
        assertEquals(List.of("instance.launched"), cloud.events.kindsOf(first.instanceId()));
    }

    @Test
    void aLaunchThatFailsLeavesNothing() {
        // Tags are checked last, when instances and addresses are written.
        refused(
                "InvalidParameterValue",
                () -> cloud.run(r -> r.tagSpecifications(t -> t.resourceType(ResourceType.INSTANCE)
                        .tags(tag -> tag.key("aws:mine").value("x")))));
        assertEquals(0, count("instances"));
        assertEquals(0, count("reservations"));
        assertEquals(0, count("addresses where instance_id is not null"));
    }

    @Test
    void wrongRequestsAreRefusedInTheWordsOfAws() {
        refused("InvalidAMIID.NotFound", () -> cloud.run(r -> r.imageId("ami-0000000000000beef")));
        refused("InvalidAMIID.Malformed", () -> cloud.run(r -> r.imageId("nonsense")));
        refused("InvalidKeyPair.NotFound", () -> cloud.run(r -> r.keyName("nobody")));
        refused("InvalidParameterValue", () -> cloud.run(r -> r.minCount(2).maxCount(1)));
        refused("InvalidParameterValue", () -> cloud.run(r -> r.userData("A".repeat(40_000))));
        refused("InvalidParameterValue", () -> cloud.run(r -> r.placement(p -> p.availabilityZone("mars-1a"))));
        refused("InvalidParameterValue", () -> cloud.run(r -> r.instanceType("z9.huge")));
        refused("InvalidGroup.NotFound", () -> cloud.run(r -> r.securityGroupIds("sg-0000000000000beef")));
        refused("InvalidSubnetID.NotFound", () -> cloud.run(r -> r.subnetId("subnet-0000000000000beef")));
        refused("MissingParameter", () -> cloud.run(r -> r.maxCount(null)));
        refused("InvalidInstanceID.NotFound", () -> cloud.describe(d -> d.instanceIds("i-0000000000000beef")));
        refused("InvalidInstanceID.Malformed", () -> cloud.describe(d -> d.instanceIds("i-xyz")));
        refused(
                "InvalidParameterValue",
                () -> cloud.describe(d -> d.filters(f -> f.name("nope").values("x"))));
        assertEquals(0, count("instances"));
    }

    @Test
    void aClientTokenRunsOnce() {
        var first = cloud.run(r -> r.clientToken("once"));
        var again = cloud.run(r -> r.clientToken("once"));
        assertEquals(first.reservationId(), again.reservationId());
        assertEquals(
                first.instances().getFirst().instanceId(),
                again.instances().getFirst().instanceId());
        refused(
                "IdempotentParameterMismatch",
                () -> cloud.run(r -> r.clientToken("once").instanceType("m5.large")));
        terminate(first.instances().getFirst().instanceId());
        assertEquals(
                first.reservationId(), cloud.run(r -> r.clientToken("once")).reservationId());
        assertEquals(1, count("instances"));
    }

    @Test
    void aClientTokenRunsOnceEvenAtTheSameTime() {
        var reservations =
                atTheSameTime(8, () -> cloud.run(r -> r.clientToken("race")).reservationId());
        assertEquals(1, new HashSet<>(reservations).size());
        assertEquals(1, count("instances"));
    }

    @Test
    void fiftyLaunchesAtOnceGetDifferentAddresses() {
        var addresses = atTheSameTime(50, () -> cloud.run(2)).stream()
                .flatMap(r -> r.instances().stream())
                .map(i -> i.privateIpAddress())
                .toList();
        assertEquals(100, addresses.size());
        assertEquals(100, new HashSet<>(addresses).size());
    }

    @Test
    void theQuotaHoldsAndGivesWhatItCan() {
        var small = new CloudFixture(DATABASE, 3, CloudFixture.CIDR);
        assertEquals(2, small.run(2).instances().size());
        refused("InstanceLimitExceeded", () -> small.run(2));
        assertEquals(1, small.run(r -> r.minCount(1).maxCount(9)).instances().size());
        refused("InstanceLimitExceeded", () -> small.run(1));
    }

    @Test
    void inCompanyEachLaunchGetsItsOwnAnswer() {
        var small = new CloudFixture(DATABASE, 5, CloudFixture.CIDR);
        small.run(r -> r.clientToken("used"));
        var answers = new java.util.concurrent.atomic.AtomicInteger();
        var outcomes = atTheSameTime(16, () -> {
            var number = answers.getAndIncrement();
            try {
                small.run(
                        switch (number % 4) {
                            case 0 -> r -> r.clientToken("used").instanceType("m5.large");
                            case 1 -> r -> r.imageId("ami-0000000000000beef");
                            default -> r -> r.clientToken("own-" + number);
                        });
                return "launched";
            } catch (AwsException e) {
                return e.code();
            }
        });
        assertEquals(
                Map.of(
                        "launched", 4L,
                        "InstanceLimitExceeded", 4L,
                        "IdempotentParameterMismatch", 4L,
                        "InvalidAMIID.NotFound", 4L),
                outcomes.stream().collect(Collectors.groupingBy(code -> code, Collectors.counting())));
        assertEquals(5, count("instances"));
        assertEquals(5, count("reservations"));
        assertEquals(5, count("addresses where instance_id is not null"));
    }

    @Test
    void aUsedTokenIsAnsweredWhateverBecameOfTheKey() {
        var first = cloud.run(r -> r.clientToken("kept").keyName("dev"));
        cloud.keyIsGone = true;
        refused("InvalidKeyPair.NotFound", () -> cloud.run(r -> r.keyName("dev")));
        assertEquals(
                first.reservationId(),
                cloud.run(r -> r.clientToken("kept").keyName("dev")).reservationId());
    }

    @Test
    void aFullNetworkSaysSo() {
        // 512 addresses, of which 240 are for instances.
        var narrow = new CloudFixture(DATABASE, 1000, "10.9.0.0/23");
        assertEquals(240, narrow.run(240).instances().size());
        refused("InsufficientFreeAddressesInSubnet", () -> narrow.run(1));
        assertEquals(240, count("instances"));
    }

    @Test
    void anotherAccountSeesNothing() {
        var id = cloud.runOne();
        var bob = TestRequests.by(TestRequests.BOB, "DescribeInstances");
        assertTrue(cloud.actions
                .queries()
                .instances(bob, DescribeInstancesRequest.builder().build())
                .reservations()
                .isEmpty());
        refused("InvalidInstanceID.NotFound", () -> cloud.actions
                .power()
                .terminate(
                        TestRequests.by(TestRequests.BOB, "TerminateInstances"),
                        TerminateInstancesRequest.builder().instanceIds(id).build()));
    }

    @Test
    void pagesShowEveryInstanceOnce() {
        cloud.run(7);
        var seen = new HashSet<String>();
        String token = null;
        do {
            var page = cloud.actions
                    .queries()
                    .instances(
                            by("DescribeInstances"),
                            DescribeInstancesRequest.builder()
                                    .maxResults(5)
                                    .nextToken(token)
                                    .build());
            page.reservations().forEach(r -> r.instances().forEach(i -> assertTrue(seen.add(i.instanceId()))));
            token = page.nextToken();
        } while (token != null && !token.isEmpty());
        assertEquals(7, seen.size());
    }

    @Test
    void filtersSelect() {
        cloud.run(2);
        assertEquals(
                2,
                cloud.describe(d -> d.filters(f -> f.name("instance-state-name").values("pending")))
                        .size());
        assertEquals(
                0,
                cloud.describe(d -> d.filters(f -> f.name("instance-state-name").values("running")))
                        .size());
        assertEquals(
                2,
                cloud.describe(d -> d.filters(f -> f.name("private-ip-address").values("172.31.*")))
                        .size());
    }

    @Test
    void protectionAndStatesAreKept() {
        var id = cloud.run(r -> r.disableApiTermination(true))
                .instances()
                .getFirst()
                .instanceId();
        refused("OperationNotPermitted", () -> terminate(id));
        var modify = ModifyInstanceAttributeRequest.builder().instanceId(id);
        cloud.actions
                .attributes()
                .modify(
                        by("ModifyInstanceAttribute"),
                        modify.disableApiTermination(v -> v.value(false)).build());
        refused("IncorrectInstanceState", () -> cloud.actions
                .attributes()
                .modify(
                        by("ModifyInstanceAttribute"),
                        ModifyInstanceAttributeRequest.builder()
                                .instanceId(id)
                                .instanceType(t -> t.value("m5.large"))
                                .build()));
        assertFalse(cloud.actions
                .attributes()
                .describe(
                        by("DescribeInstanceAttribute"),
                        DescribeInstanceAttributeRequest.builder()
                                .instanceId(id)
                                .attribute("disableApiTermination")
                                .build())
                .disableApiTermination()
                .value());
        cloud.actions
                .power()
                .stop(
                        by("StopInstances"),
                        StopInstancesRequest.builder().instanceIds(id).build());
        assertEquals("stopping", cloud.state(id));
        refused("IncorrectInstanceState", () -> cloud.actions
                .power()
                .start(
                        by("StartInstances"),
                        StartInstancesRequest.builder().instanceIds(id).build()));
        terminate(id);
        assertEquals("shutting-down", cloud.state(id));
    }

    private void terminate(String id) {
        cloud.actions
                .power()
                .terminate(
                        by("TerminateInstances"),
                        TerminateInstancesRequest.builder().instanceIds(id).build());
    }

    private static <T> List<T> atTheSameTime(int threads, java.util.concurrent.Callable<T> work) {
        List<Future<T>> futures;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            futures = IntStream.range(0, threads)
                    .mapToObj(n -> executor.submit(work))
                    .toList();
        }
        return futures.stream().map(Future::resultNow).toList();
    }

    private static long count(String table) {
        return DATABASE.call(
                entities -> (Long) entities.createNativeQuery("select count(*) from {h-schema}" + table, Long.class)
                        .getSingleResult());
    }

    private static void refused(String code, Executable work) {
        assertEquals(code, assertThrows(AwsException.class, work).code());
    }
}
