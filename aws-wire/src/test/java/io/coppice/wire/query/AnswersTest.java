package io.coppice.wire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.wire.error.AwsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.LocationTrait;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeState;
import software.amazon.awssdk.services.iam.model.DeleteUserResponse;
import software.amazon.awssdk.services.iam.model.ListUsersResponse;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** If this failed, what clients parse would have changed. */
class AnswersTest {
    private static final String REQUEST_ID = "3f0c9a52-0000-4000-8000-000000000001";

    @Test
    void answersHaveTheirForm() throws IOException {
        golden(
                QueryService.EC2,
                "DescribeInstances",
                DescribeInstancesResponse.builder().build());
        golden(QueryService.EC2, "DeleteVolume", DeleteVolumeResponse.builder().build());
        golden(
                QueryService.EC2,
                "DescribeInstanceAttribute",
                DescribeInstanceAttributeResponse.builder()
                        .instanceId("i-00000000000000001")
                        .instanceType(type -> type.value("m1.small"))
                        .build());
        golden(
                QueryService.EC2,
                "DescribeVolumes",
                DescribeVolumesResponse.builder()
                        .volumes(volume -> volume.volumeId("vol-00000000000000001")
                                .size(8)
                                .encrypted(false)
                                .state(VolumeState.AVAILABLE)
                                .createTime(Instant.parse("2026-01-02T03:04:05Z"))
                                .tags(tag -> tag.key("<Name> & \"more\"").value("a\u0000b\r\n\ud83c\udf33\ud83c")))
                        .build());
        golden(
                QueryService.STS,
                "GetCallerIdentity",
                GetCallerIdentityResponse.builder()
                        .userId("AIDAEXAMPLEEXAMPLE12")
                        .account("123456789012")
                        .arn("arn:aws:iam::123456789012:user/admin")
                        .build());
        golden(
                QueryService.IAM,
                "ListUsers",
                ListUsersResponse.builder().isTruncated(false).build());
        golden(QueryService.IAM, "DeleteUser", DeleteUserResponse.builder().build());
    }

    @Test
    void errorsHaveTheirForm() throws IOException {
        var error = AwsException.client("InvalidInstanceID.NotFound", "The instance ID '<i-1>' does not exist");
        var away = AwsException.of("SlowDown", 503, "Please reduce your request rate.");
        Golden.check("error-ec2.xml", ErrorDocuments.of(QueryService.EC2, error, REQUEST_ID));
        Golden.check("error-iam.xml", ErrorDocuments.of(QueryService.IAM, error, REQUEST_ID));
        Golden.check("error-sts-503.xml", ErrorDocuments.of(QueryService.STS, away, REQUEST_ID));
        Golden.check("error-s3-503.xml", ErrorDocuments.s3(away, "/bucket/a<b", REQUEST_ID));
    }

    /** What the SDK does not know is answered by objects of one class with different fields. */
    @Test
    void objectsOfOneClassAreWrittenByTheirOwnFields() {
        var writer = new ResponseWriter(QueryService.IAM);
        for (var name : List.of("First", "Second")) {
            var text = writer.write(
                    "Act", QueryService.IAM.defaultVersion(), new OneField(List.of(named(name))), REQUEST_ID);
            assertTrue(text.contains("<" + name + ">value</" + name + ">"), text);
        }
    }

    @Test
    void whatIsWrittenAlreadyStandsWhereTheModelHasIt() {
        var writer = new ResponseWriter(QueryService.EC2);
        var volumes = IntStream.range(0, 1000)
                .mapToObj(i -> Volume.builder()
                        .volumeId("vol-" + i)
                        .size(i)
                        .tags(Tag.builder()
                                .key("Name")
                                .value("<" + "v".repeat(i % 100) + ">")
                                .build())
                        .build())
                .toList();
        var model = DescribeVolumesResponse.builder().nextToken("more").build();
        var enclosing = new EnclosingStructure(
                model,
                "volumeSet",
                volumes.stream()
                        .map(volume -> WrittenStructure.of(QueryService.EC2, volume))
                        .toList());
        var whole = writer.document(
                "DescribeVolumes",
                "2016-11-15",
                model.toBuilder().volumes(volumes).build(),
                REQUEST_ID);
        var written = writer.document("DescribeVolumes", "2016-11-15", enclosing, REQUEST_ID);
        assertEquals(whole.toString(), written.toString());
        assertEquals(whole.size(), written.size());

        var sent = new ByteArrayOutputStream();
        written.writeTo(sent);
        assertEquals(whole.toString(), sent.toString(StandardCharsets.UTF_8));
    }

    @Test
    void anEnclosedListMayBeEmpty() {
        var writer = new ResponseWriter(QueryService.EC2);
        var none = DescribeVolumesResponse.builder().build();
        assertEquals(
                writer.write("DescribeVolumes", "2016-11-15", none, REQUEST_ID),
                writer.write(
                        "DescribeVolumes",
                        "2016-11-15",
                        new EnclosingStructure(none, "volumeSet", List.of()),
                        REQUEST_ID));
    }

    private static SdkField<?> named(String name) {
        return SdkField.builder(MarshallingType.STRING)
                .memberName(name)
                .getter(any -> "value")
                .traits(LocationTrait.builder()
                        .location(MarshallLocation.PAYLOAD)
                        .locationName(name)
                        .unmarshallLocationName(name)
                        .build())
                .build();
    }

    private record OneField(List<SdkField<?>> sdkFields) implements SdkPojo {
        @Override
        public Map<String, SdkField<?>> sdkFieldNameToField() {
            return Map.of();
        }
    }

    private static void golden(QueryService service, String action, SdkPojo response) throws IOException {
        Golden.check(
                action + ".xml",
                new ResponseWriter(service).write(action, service.defaultVersion(), response, REQUEST_ID));
    }
}
