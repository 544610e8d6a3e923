package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.absent.AbsentSubjects;
import io.coppice.testing.reference.DocumentedFilters;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * If this failed, a broken or hostile client could make the front fail instead of refuse: an answer of ours with a 5xx, a
 * stack trace in it, or XML that no parser reads. A failure prints the seed and the request.
 */
@ExtendWith(ApiUnderTest.Resolver.class)
class MutatedRequestsTest {
    private static final long SEED = 20260102L;
    private static final int QUICK = 2_000;
    private static final int FULL = 100_000;
    private static final int SERVER_FAULT = 500;
    private static final int MOST_SHOWN = 10;

    private final ApiUnderTest api;

    MutatedRequestsTest(ApiUnderTest api) {
        this.api = api;
    }

    @Test
    void mutatedRequestsAreAnsweredProperly() {
        run(SEED, QUICK);
    }

    @Test
    @Tag("full")
    void manyMutatedRequestsAreAnsweredProperly() {
        run(Long.getLong("mutation.seed", System.nanoTime()), Integer.getInteger("mutation.requests", FULL));
    }

    private void run(long seed, int count) {
        var mutator = new RequestMutator(seed, seeds());
        var wrong = new ArrayList<String>();
        for (var i = 0; i < count && wrong.size() < MOST_SHOWN; i++) {
            var form = mutator.next();
            var answer = api.send(form);
            fault(answer).ifPresent(fault -> wrong.add(fault + " for " + shortened(form)));
        }
        assertEquals(List.of(), wrong, "repeat with -Dmutation.seed=" + seed);
    }

    private static Optional<String> fault(SignedRequests.Answer answer) {
        if (answer.status() >= SERVER_FAULT) {
            return Optional.of(answer.status() + " " + answer.code());
        }
        if (answer.body().contains("io.coppice.") || answer.body().contains("java.lang.")) {
            return Optional.of("our insides in " + shortened(answer.body()));
        }
        return malformed(answer.body());
    }

    private static Optional<String> malformed(String xml) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            builder.parse(new InputSource(new StringReader(xml)));
            return Optional.empty();
        } catch (SAXException e) {
            return Optional.of("no XML (" + e.getMessage() + "): " + shortened(xml));
        } catch (ParserConfigurationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 1000 ? text : text.substring(0, 1000) + "...";
    }

    /** Requests that are right, or were if their resources existed. */
    private List<String> seeds() {
        var seeds = new ArrayList<String>();
        AbsentSubjects.actions().forEach(action -> seeds.add(ApiUnderTest.form("2016-11-15", action)));
        DocumentedFilters.read().forEach((action, filters) -> {
            for (var filter : filters) {
                seeds.add(ApiUnderTest.form(
                        "2016-11-15", action, "Filter.1.Name", filter, "Filter.1.Value.1", "*", "MaxResults", "5"));
            }
        });
        for (var i = 0; i < 20; i++) {
            seeds.addAll(changing());
        }
        return seeds;
    }

    private List<String> changing() {
        var id = "i-0123456789abcdef0";
        return List.of(
                ApiUnderTest.form(
                        "2016-11-15",
                        "RunInstances",
                        "ImageId",
                        api.image(),
                        "InstanceType",
                        "m1.small",
                        "MinCount",
                        "1",
                        "MaxCount",
                        "1",
                        "DryRun",
                        "false",
                        "UserData",
                        "aGVsbG8=",
                        "TagSpecification.1.ResourceType",
                        "instance",
                        "TagSpecification.1.Tag.1.Key",
                        "a",
                        "TagSpecification.1.Tag.1.Value",
                        "b",
                        "BlockDeviceMapping.1.DeviceName",
                        "/dev/sda1",
                        "BlockDeviceMapping.1.Ebs.VolumeSize",
                        "0",
                        "MetadataOptions.HttpTokens",
                        "required"),
                ApiUnderTest.form("2016-11-15", "TerminateInstances", "InstanceId.1", id),
                ApiUnderTest.form("2016-11-15", "StopInstances", "InstanceId.1", id, "Force", "true"),
                ApiUnderTest.form("2016-11-15", "DescribeInstanceAttribute", "InstanceId", id, "Attribute", "userData"),
                ApiUnderTest.form(
                        "2016-11-15", "ModifyInstanceAttribute", "InstanceId", id, "InstanceType.Value", "m1.small"),
                ApiUnderTest.form(
                        "2016-11-15", "ModifyInstanceMetadataOptions", "InstanceId", id, "HttpTokens", "required"),
                ApiUnderTest.form("2016-11-15", "GetConsoleOutput", "InstanceId", id),
                ApiUnderTest.form("2016-11-15", "CreateTags", "ResourceId.1", id, "Tag.1.Key", "a", "Tag.1.Value", "b"),
                ApiUnderTest.form("2016-11-15", "DeleteTags", "ResourceId.1", id, "Tag.1.Key", "a"),
                ApiUnderTest.form("2016-11-15", "ImportKeyPair", "KeyName", "k", "PublicKeyMaterial", "aGVsbG8="),
                ApiUnderTest.form("2016-11-15", "DeleteKeyPair", "KeyName", "k"),
                ApiUnderTest.form("2016-11-15", "RegisterImage", "Name", "n", "ImageLocation", "no/thing"),
                ApiUnderTest.form(
                        "2016-11-15",
                        "CreateLaunchTemplate",
                        "LaunchTemplateName",
                        "mutated",
                        "LaunchTemplateData.ImageId",
                        "ami-1",
                        "LaunchTemplateData.UserData",
                        "aGVsbG8="),
                ApiUnderTest.form(
                        "2016-11-15",
                        "CreateLaunchTemplateVersion",
                        "LaunchTemplateName",
                        "mutated",
                        "SourceVersion",
                        "1",
                        "LaunchTemplateData.InstanceType",
                        "m1.small"),
                ApiUnderTest.form(
                        "2016-11-15",
                        "DescribeLaunchTemplateVersions",
                        "LaunchTemplateName",
                        "mutated",
                        "LaunchTemplateVersion.1",
                        "$Latest"),
                ApiUnderTest.form(
                        "2016-11-15",
                        "ModifyLaunchTemplate",
                        "LaunchTemplateName",
                        "mutated",
                        "SetDefaultVersion",
                        "1"),
                ApiUnderTest.form("2016-11-15", "DeleteLaunchTemplate", "LaunchTemplateName", "mutated"),
                ApiUnderTest.form(
                        "2016-11-15",
                        "AssociateIamInstanceProfile",
                        "InstanceId",
                        id,
                        "IamInstanceProfile.Name",
                        "nobody"),
                ApiUnderTest.form(
                        "2016-11-15",
                        "CreateVolume",
                        "AvailabilityZone",
                        "us-east-1a",
                        "Size",
                        "0",
                        "VolumeType",
                        "gp2"));
    }
}
