package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * If this failed, a client of AWS would trip over what happens to instances: it would wait for ever, launch twice, or lose
 * what it had tagged. See {@link Ec2RequestTrapsTest} for the list of the traps.
 */
@ExtendWith(ApiUnderTest.Resolver.class)
class Ec2InstanceTrapsTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGdY4fPy3bK3nE5mDqv3vP0oYk3X6ZkSxV8yq5n3c9mB somebody";

    private final ApiUnderTest api;
    private final Ec2Client ec2;
    private final List<String> launched = new ArrayList<>();

    Ec2InstanceTrapsTest(ApiUnderTest api) {
        this.api = api;
        this.ec2 = api.ec2();
    }

    @AfterEach
    void leaveNothing() {
        if (!launched.isEmpty()) {
            ec2.terminateInstances(request -> request.instanceIds(launched));
        }
        ec2.close();
    }

    @Test
    void trap6TagsAreOnEverythingThatALaunchMakes() {
        var instance = run(request -> request.tagSpecifications(
                kind -> kind.resourceType("instance").tags(tag("role", "web")),
                kind -> kind.resourceType("volume").tags(tag("role", "disk")),
                kind -> kind.resourceType("network-interface").tags(tag("role", "net"))));
        var volume = eventually(instance.instanceId(), "running")
                .blockDeviceMappings()
                .getFirst()
                .ebs()
                .volumeId();
        var eni = instance.networkInterfaces().getFirst().networkInterfaceId();
        assertEquals(List.of("web"), tagsOf(instance.instanceId()));
        assertEquals(List.of("disk"), tagsOf(volume));
        assertEquals(List.of("net"), tagsOf(eni));
        var byValue = ec2.describeTags(request -> request.filters(
                filter -> filter.name("value").values("d?s*"),
                filter -> filter.name("resource-type").values("volume"),
                filter -> filter.name("key").values("role")));
        assertTrue(byValue.tags().stream().anyMatch(each -> each.resourceId().equals(volume)));
        refused(
                "InvalidParameterValue",
                () -> run(request -> request.tagSpecifications(
                        kind -> kind.resourceType("snapshot").tags(tag("a", "b")))));
    }

    @Test
    void trap10TheSameTokenLaunchesOnce() {
        var token = UUID.randomUUID().toString();
        var first = run(request -> request.clientToken(token));
        assertEquals(
                first.instanceId(), run(request -> request.clientToken(token)).instanceId());
        refused(
                "IdempotentParameterMismatch",
                () -> run(request -> request.clientToken(token).maxCount(2)));
        ec2.terminateInstances(request -> request.instanceIds(first.instanceId()));
        assertEquals(
                first.instanceId(),
                run(request -> request.clientToken(token)).instanceId(),
                "a terminated instance still answers its token");
    }

    @Test
    void trap12StatesAreThoseThatWaitersPoll() {
        var id = run(request -> {}).instanceId();
        ec2.waiter().waitUntilInstanceRunning(request -> request.instanceIds(id));
        ec2.waiter().waitUntilInstanceStatusOk(request -> request.instanceIds(id));
        var stopping = ec2.stopInstances(request -> request.instanceIds(id))
                .stoppingInstances()
                .getFirst();
        assertEquals(16, stopping.previousState().code());
        assertEquals("stopping", stopping.currentState().nameAsString());
        ec2.waiter().waitUntilInstanceStopped(request -> request.instanceIds(id));
        attributesOfAStoppedInstance(id);
        ec2.terminateInstances(request -> request.instanceIds(id));
        ec2.waiter().waitUntilInstanceTerminated(request -> request.instanceIds(id));
        var gone = describe(id);
        assertEquals("terminated", gone.state().nameAsString());
        assertEquals("Client.UserInitiatedShutdown", gone.stateReason().code());
        assertFalse(gone.stateTransitionReason().isEmpty());
    }

    private void attributesOfAStoppedInstance(String id) {
        ec2.modifyInstanceAttribute(request -> request.instanceId(id).instanceType(value -> value.value("m1.medium")));
        assertEquals("m1.medium", describe(id).instanceTypeAsString());
        ec2.modifyInstanceAttribute(request -> request.instanceId(id).ebsOptimized(value -> value.value(true)));
        ec2.modifyInstancePlacement(request -> request.instanceId(id).tenancy("default"));
        refused(
                "InvalidParameterCombination",
                () -> ec2.modifyInstanceAttribute(request -> request.instanceId(id)
                        .ebsOptimized(value -> value.value(true))
                        .disableApiStop(value -> value.value(true))));
        refused(
                "UnsupportedOperation",
                () -> ec2.modifyInstanceAttribute(
                        request -> request.instanceId(id).kernel(value -> value.value("aki-1"))));
    }

    @Test
    void protectedInstancesStay() {
        var id = run(request -> request.disableApiTermination(true)).instanceId();
        eventually(id, "running");
        refused("OperationNotPermitted", () -> ec2.terminateInstances(request -> request.instanceIds(id)));
        refused(
                "IncorrectInstanceState",
                () -> ec2.modifyInstanceAttribute(
                        request -> request.instanceId(id).instanceType(value -> value.value("m1.medium"))));
        for (var attribute : List.of(
                "instanceType",
                "kernel",
                "ramdisk",
                "userData",
                "disableApiTermination",
                "instanceInitiatedShutdownBehavior",
                "rootDeviceName",
                "blockDeviceMapping",
                "productCodes",
                "sourceDestCheck",
                "groupSet",
                "ebsOptimized",
                "sriovNetSupport",
                "enaSupport",
                "enclaveOptions",
                "disableApiStop")) {
            ec2.describeInstanceAttribute(request -> request.instanceId(id).attribute(attribute));
        }
        ec2.modifyInstanceAttribute(
                request -> request.instanceId(id).disableApiTermination(value -> value.value(false)));
    }

    @Test
    void trap13WhatIsMadeIsSeenAtOnce() {
        for (var i = 0; i < 5; i++) {
            var id = run(request -> {}).instanceId();
            assertEquals(id, describe(id).instanceId());
            ec2.createTags(request -> request.resources(id).tags(tag("now", "here")));
            assertEquals(List.of(tag("now", "here")), describe(id).tags());
        }
    }

    @Test
    void trap14KeysAreImportedAndShown() {
        var name = "trap14-" + UUID.randomUUID();
        var fingerprint = ec2.importKeyPair(
                        request -> request.keyName(name).publicKeyMaterial(SdkBytes.fromUtf8String(ED25519)))
                .keyFingerprint();
        assertTrue(fingerprint.matches("[A-Za-z0-9+/]{43}="), fingerprint);
        var shown = ec2.describeKeyPairs(request -> request.keyNames(name).includePublicKey(true))
                .keyPairs()
                .getFirst();
        assertEquals("ed25519", shown.keyTypeAsString());
        assertTrue(shown.publicKey().startsWith(ED25519.substring(0, ED25519.lastIndexOf(' '))), shown.publicKey());
        refused(
                "InvalidKeyPair.Duplicate",
                () -> ec2.importKeyPair(
                        request -> request.keyName(name).publicKeyMaterial(SdkBytes.fromUtf8String(ED25519))));
        refused(
                "InvalidKey.Format",
                () -> ec2.importKeyPair(
                        request -> request.keyName("x").publicKeyMaterial(SdkBytes.fromUtf8String("no key"))));
        ec2.deleteKeyPair(request -> request.keyName(name));
    }

    @Test
    void trap15PasswordIsEmptyAndConsoleIsBase64() {
        var id = run(request -> {}).instanceId();
        eventually(id, "running");
        assertEquals("", ec2.getPasswordData(request -> request.instanceId(id)).passwordData());
        var console = ec2.getConsoleOutput(request -> request.instanceId(id));
        assertNotNull(console.timestamp());
        assertEquals(
                id, ec2.getInstanceUefiData(request -> request.instanceId(id)).instanceId());
    }

    @Test
    void trap16ImagesAreDescribedAsClientsReadThem() {
        var image = ec2.describeImages(request -> request.imageIds(api.image()).includeDeprecated(true))
                .images()
                .getFirst();
        assertTrue(
                image.creationDate().endsWith(".000Z") || image.creationDate().matches(".*\\.[0-9]{3}Z"));
        assertAll(
                () -> assertEquals(null, image.platformAsString()),
                () -> assertEquals("ebs", image.rootDeviceTypeAsString()),
                () -> assertTrue(image.blockDeviceMappings().getFirst().ebs().deleteOnTermination()),
                () -> assertEquals(1, owned(image.ownerId()), "by account id"));
        for (var owner : List.of("self", "amazon", "aws-marketplace")) {
            ec2.describeImages(request -> request.owners(owner));
        }
    }

    private long owned(String owner) {
        return ec2.describeImages(request -> request.owners(owner)).images().stream()
                .filter(image -> image.imageId().equals(api.image()))
                .count();
    }

    @Test
    void trap17InstancesAnswerWhatToolsRead() {
        var id = run(request -> {}).instanceId();
        var instance = eventually(id, "running");
        assertAll(
                () -> assertEquals(false, instance.ebsOptimized()),
                () -> assertEquals("disabled", instance.monitoring().stateAsString()),
                () -> assertEquals(1, instance.blockDeviceMappings().size()),
                () -> assertEquals(1, instance.networkInterfaces().size()),
                () -> assertEquals(true, instance.sourceDestCheck()),
                () -> assertEquals("optional", instance.metadataOptions().httpTokensAsString()),
                () -> assertEquals("default", instance.placement().tenancyAsString()));
    }

    @Test
    void trap22LaunchTemplatesHaveVersions() {
        var name = "trap22-" + UUID.randomUUID();
        var token = UUID.randomUUID().toString();
        var template = ec2.createLaunchTemplate(request -> request.launchTemplateName(name)
                        .clientToken(token)
                        .launchTemplateData(data -> data.imageId(api.image())
                                .instanceType("m1.small")
                                .userData("aGVsbG8=")
                                .tagSpecifications(
                                        kind -> kind.resourceType("instance").tags(tag("a", "1"), tag("b", "1")))))
                .launchTemplate();
        var id = template.launchTemplateId();
        refused(
                "InvalidLaunchTemplateName.AlreadyExistsException",
                () -> ec2.createLaunchTemplate(
                        request -> request.launchTemplateName(name).launchTemplateData(data -> data.imageId("ami-1"))));
        ec2.createLaunchTemplateVersion(request -> request.launchTemplateId(id)
                .sourceVersion("1")
                .launchTemplateData(data -> data.instanceType("m1.medium")));
        var versions = ec2.describeLaunchTemplateVersions(
                request -> request.launchTemplateId(id).versions("$Latest", "$Default"));
        assertEquals(
                List.of(2L, 1L),
                versions.launchTemplateVersions().stream()
                        .map(each -> each.versionNumber())
                        .toList());
        assertEquals(
                "aGVsbG8=",
                versions.launchTemplateVersions()
                        .getFirst()
                        .launchTemplateData()
                        .userData());
        var overridden = launch(request -> request.launchTemplate(
                        given -> given.launchTemplateName(name).version("$Latest"))
                .tagSpecifications(kind -> kind.resourceType("instance").tags(tag("b", "2"))));
        assertEquals("m1.medium", overridden.instanceTypeAsString());
        assertEquals(
                Set.of(
                        tag("a", "1"),
                        tag("b", "2"),
                        tag("aws:ec2launchtemplate:id", id),
                        tag("aws:ec2launchtemplate:version", "2")),
                Set.copyOf(overridden.tags()));
        assertEquals(
                "m1.small",
                launch(request -> request.launchTemplate(given -> given.launchTemplateId(id)))
                        .instanceTypeAsString());
        refused(
                "InvalidLaunchTemplateId.VersionNotFound",
                () -> launch(request -> request.launchTemplate(
                        given -> given.launchTemplateId(id).version("9"))));
        ec2.modifyLaunchTemplate(request -> request.launchTemplateId(id).defaultVersion("2"));
        var deleted = ec2.deleteLaunchTemplateVersions(
                request -> request.launchTemplateId(id).versions("1", "2", "7"));
        assertEquals(1, deleted.successfullyDeletedLaunchTemplateVersions().size());
        assertEquals(2, deleted.unsuccessfullyDeletedLaunchTemplateVersions().size());
        ec2.deleteLaunchTemplate(request -> request.launchTemplateId(id));
        refused(
                "InvalidLaunchTemplateId.NotFound",
                () -> ec2.describeLaunchTemplates(request -> request.launchTemplateIds(id)));
    }

    @Test
    void aSpreadGroupNeverSharesAHost() {
        var name = "spread-" + UUID.randomUUID();
        ec2.createPlacementGroup(request -> request.groupName(name).strategy("spread"));
        refused(
                "UnsupportedOperation",
                () -> ec2.createPlacementGroup(
                        request -> request.groupName("x").strategy("spread").spreadLevel("rack")));
        refused(
                "InvalidPlacementGroup.Duplicate",
                () -> ec2.createPlacementGroup(
                        request -> request.groupName(name).strategy("spread")));
        var ids = new ArrayList<String>();
        for (var i = 0; i < 3; i++) {
            ids.add(run(request -> request.placement(placement -> placement.groupName(name)))
                    .instanceId());
        }
        // The cloud has two hosts: two of them run, and the third waits.
        Eventually.eventually(
                "two of three run",
                LIMIT,
                () -> ids.stream()
                        .filter(id -> describe(id).state().nameAsString().equals("running"))
                        .count(),
                count -> count == 2);
        refused("InvalidPlacementGroup.InUse", () -> ec2.deletePlacementGroup(request -> request.groupName(name)));
        var running = ids.stream()
                .filter(id -> describe(id).state().nameAsString().equals("running"))
                .findFirst()
                .orElseThrow();
        ec2.terminateInstances(request -> request.instanceIds(running));
        var waiting = ids.stream()
                .filter(id -> describe(id).state().nameAsString().equals("pending"))
                .findFirst()
                .orElseThrow();
        eventually(waiting, "running");
        ec2.terminateInstances(request -> request.instanceIds(ids));
        ids.forEach(id -> eventually(id, "terminated"));
        ec2.deletePlacementGroup(request -> request.groupName(name));
        refused(
                "InvalidPlacementGroup.Unknown",
                () -> run(request -> request.placement(placement -> placement.groupName(name))));
    }

    @Test
    void anInstanceBecomesALaunchTemplate() {
        var id = run(request -> request.userData("aGk=")).instanceId();
        var data = ec2.getLaunchTemplateData(request -> request.instanceId(id)).launchTemplateData();
        assertEquals(api.image(), data.imageId());
        assertEquals("aGk=", data.userData());
    }

    @Test
    void trap23And24LimitsAndSizesHaveCodes() {
        refused(
                "InstanceLimitExceeded",
                () -> run(request -> request.minCount(90_000).maxCount(90_000)));
        refused(
                "InvalidParameterValue",
                () -> run(request -> request.blockDeviceMappings(
                        device -> device.deviceName("/dev/sda1").ebs(ebs -> ebs.volumeSize(0)))));
        refused(
                "UnsupportedOperation",
                () -> run(request -> request.instanceMarketOptions(market -> market.marketType("spot"))));
        refused(
                "InvalidParameterValue",
                () -> run(request -> request.iamInstanceProfile(profile -> profile.name("nobody"))));
    }

    private Instance run(Consumer<RunInstancesRequest.Builder> changes) {
        return launch(request -> {
            request.imageId(api.image()).instanceType("m1.small");
            changes.accept(request);
        });
    }

    private Instance launch(Consumer<RunInstancesRequest.Builder> changes) {
        var request = RunInstancesRequest.builder().minCount(1).maxCount(1);
        changes.accept(request);
        var instance = ec2.runInstances(request.build()).instances().getFirst();
        launched.add(instance.instanceId());
        return instance;
    }

    private Instance describe(String id) {
        return ec2.describeInstances(request -> request.instanceIds(id))
                .reservations()
                .getFirst()
                .instances()
                .getFirst();
    }

    private Instance eventually(String id, String state) {
        return Eventually.eventually(id + " " + state, LIMIT, () -> describe(id), each -> each.state()
                .nameAsString()
                .equals(state));
    }

    private List<String> tagsOf(String id) {
        return ec2
                .describeTags(request ->
                        request.filters(filter -> filter.name("resource-id").values(id)))
                .tags()
                .stream()
                .map(each -> each.value())
                .toList();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static void refused(String code, Executable call) {
        var error = assertThrows(Ec2Exception.class, call);
        assertEquals(code, error.awsErrorDetails().errorCode(), error.getMessage());
        assertNotEquals("", String.valueOf(error.requestId()));
    }
}
