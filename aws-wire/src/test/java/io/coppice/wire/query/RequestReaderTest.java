package io.coppice.wire.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.wire.error.AwsException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.ImportKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Tag;

/** If this failed, a malformed request would be carried out half understood, or end in an internal error. */
class RequestReaderTest {
    private static final RequestReader EC2 = new RequestReader(QueryService.EC2, QueryLimits.DEFAULT);

    @Test
    void readsStructuresAndListsWithGapsInOrder() {
        var request = runInstances("MinCount=1&MaxCount=2&ImageId=ami-1&SecurityGroupId.10=c&SecurityGroupId.2=b"
                + "&SecurityGroupId.1=a&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name"
                + "&TagSpecification.1.Tag.1.Value=%C3%A4+b%26c&Placement.AvailabilityZone=z");
        assertEquals(List.of("a", "b", "c"), request.securityGroupIds());
        assertEquals(
                List.of(Tag.builder().key("Name").value("ä b&c").build()),
                request.tagSpecifications().getFirst().tags());
        assertEquals("z", request.placement().availabilityZone());
        assertEquals(2, request.maxCount());
    }

    @Test
    void ignoresTheParametersOfTheProtocolItself() {
        var request = runInstances("Action=RunInstances&Version=2016-11-15&X-Amz-Signature=0&MinCount=1&MaxCount=1");
        assertFalse(request.hasSecurityGroupIds());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MinCount=x&MaxCount=1|InvalidParameterValue|"
                        + "Value (x) for parameter MinCount is invalid. Expected: 'integer'.",
                "MinCount=1&MaxCount=1&EbsOptimized=yes|InvalidParameterValue|"
                        + "Value (yes) for parameter EbsOptimized is invalid. Expected: 'boolean'.",
                "MinCount=1&MaxCount=1&MinCount.1=2&Nonsense=1|UnknownParameter|The parameter Nonsense is not recognized",
                "MinCount=1&MaxCount=1&Placement.Nowhere=1|UnknownParameter|"
                        + "The parameter Placement.Nowhere is not recognized",
                "MinCount=1&MaxCount=1&SecurityGroupId.x=1|MalformedQueryString|"
                        + "The parameter SecurityGroupId.x must be numbered, as in Name.1.",
                "MinCount=%zz|MalformedQueryString|"
                        + "The query string contains a syntax error: a broken percent escape.",
                "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q=1|MalformedQueryString|A parameter's name has more than 16 parts."
            })
    void refuses(String form, String code, String message) {
        var error = assertThrows(AwsException.class, () -> runInstances(form));
        assertEquals(code, error.code());
        assertEquals(message, error.getMessage());
        assertEquals(400, error.status());
    }

    @Test
    void refusesTooManyParameters() {
        var error =
                assertThrows(AwsException.class, () -> QueryParameters.parse(new QueryLimits(2, 16), "a=1&b=2", "c=3"));
        assertEquals("MalformedQueryString", error.code());
    }

    @Test
    void aZeroCharacterIsRefusedAtTheDoor() {
        for (var form : List.of("Name=a%00b", "Na%00me=a")) {
            var refusal =
                    assertThrows(AwsException.class, () -> QueryParameters.parse(QueryLimits.DEFAULT, form), form);
            assertEquals("MalformedQueryString", refusal.code());
        }
    }

    @Test
    void refusesABlobThatIsNotBase64() {
        var parameters = QueryParameters.parse(QueryLimits.DEFAULT, "KeyName=k&PublicKeyMaterial=***");
        var error = assertThrows(AwsException.class, () -> EC2.read(parameters, ImportKeyPairRequest.builder()));
        assertEquals("InvalidParameterValue", error.code());
    }

    @Test
    void anEmptyListParameterIsAnEmptyList() {
        var parameters = QueryParameters.parse(QueryLimits.DEFAULT, "InstanceId=");
        var request = (DescribeInstancesRequest) EC2.read(parameters, DescribeInstancesRequest.builder());
        assertTrue(request.instanceIds().isEmpty());
    }

    @Test
    void theVersionIsAVersion() {
        assertEquals("2014-10-01", QueryService.EC2.version("2014-10-01"));
        assertEquals("2016-11-15", QueryService.EC2.version(""));
        var error = assertThrows(AwsException.class, () -> QueryService.EC2.version("\"><x/>"));
        assertEquals("NoSuchVersion", error.code());
    }

    @Test
    void onlyTheModelsActionsAreKnown() {
        assertTrue(QueryService.EC2.knows("RunInstances"));
        assertTrue(QueryService.IAM.knows("CreateSAMLProvider"));
        assertFalse(QueryService.EC2.knows("RunInstance"));
        assertFalse(QueryService.EC2.knows("../RunInstances"));
        assertFalse(QueryService.STS.knows("RunInstances"));
    }

    private static RunInstancesRequest runInstances(String form) {
        var parameters = QueryParameters.parse(QueryLimits.DEFAULT, form);
        return (RunInstancesRequest) EC2.read(parameters, RunInstancesRequest.builder());
    }
}
