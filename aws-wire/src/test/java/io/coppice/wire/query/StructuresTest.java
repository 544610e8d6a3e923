package io.coppice.wire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.RequestLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.ResponseLaunchTemplateData;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** If this failed, a launch template would lose or mix up what it was made of. */
class StructuresTest {
    private static final RequestLaunchTemplateData DATA = RequestLaunchTemplateData.builder()
            .imageId("ami-1")
            .instanceType("m1.small")
            .userData("a+b/c=&d")
            .ebsOptimized(false)
            .monitoring(monitoring -> monitoring.enabled(true))
            .metadataOptions(metadata -> metadata.httpTokens("required").httpPutResponseHopLimit(2))
            .securityGroupIds("sg-1", "sg-2")
            .blockDeviceMappings(device ->
                    device.deviceName("/dev/sda1").ebs(ebs -> ebs.volumeSize(8).deleteOnTermination(true)))
            .tagSpecifications(kind ->
                    kind.resourceType("instance").tags(tag -> tag.key("näme").value("ü ")))
            .build();

    @Test
    void whatIsWrittenIsReadBack() {
        var text = RequestWriter.write(DATA);
        var reader = new RequestReader(QueryService.EC2, QueryLimits.DEFAULT);
        var read = reader.read(QueryParameters.parse(QueryLimits.DEFAULT, text), RequestLaunchTemplateData.builder());
        assertEquals(DATA, read);
        assertEquals(text, RequestWriter.write((RequestLaunchTemplateData) read));
    }

    @Test
    void aCopyHasTheSameMembers() {
        var copy = (ResponseLaunchTemplateData) Structures.copy(DATA, ResponseLaunchTemplateData.builder());
        assertEquals("ami-1", copy.imageId());
        assertEquals(8, copy.blockDeviceMappings().getFirst().ebs().volumeSize());
        assertEquals(
                "näme", copy.tagSpecifications().getFirst().tags().getFirst().key());
        assertFalse(copy.hasNetworkInterfaces(), "what was not set stays unset");
        assertEquals(DATA, Structures.copy(copy, RequestLaunchTemplateData.builder()));
    }

    @Test
    void theUpperOneCountsAndTheLowerOneFillsIn() {
        var lower = (RunInstancesRequest) Structures.copy(DATA, RunInstancesRequest.builder());
        var upper = RunInstancesRequest.builder()
                .instanceType("m1.large")
                .metadataOptions(metadata -> metadata.httpPutResponseHopLimit(5))
                .securityGroupIds("sg-3")
                .minCount(1)
                .build();
        var merged = (RunInstancesRequest) Structures.merge(upper, lower, RunInstancesRequest.builder());
        assertEquals("m1.large", merged.instanceTypeAsString());
        assertEquals("ami-1", merged.imageId());
        assertEquals(5, merged.metadataOptions().httpPutResponseHopLimit());
        assertEquals("required", merged.metadataOptions().httpTokensAsString());
        assertEquals(List.of("sg-3"), merged.securityGroupIds());
        assertEquals(1, merged.minCount());
        assertNull(merged.clientToken(), "the SDK makes one up when it is asked for the default");
        assertEquals(RequestWriter.write(upper), RequestWriter.write(upper));
    }
}
