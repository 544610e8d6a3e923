package io.coppice.cloud.absent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.query.QueryLimits;
import io.coppice.wire.query.QueryParameters;
import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.RequestReader;
import io.coppice.wire.query.ResponseWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * If this failed, a tool that lists everything it knows (terraform's data sources, inventories, cost reports) would break
 * on what this cloud does not have, or would be told that something exists that does not.
 */
class AbsentSubjectsTest {
    @Test
    void everyLineNamesAnActionAndParametersOfTheModel() {
        var names = new TreeSet<String>();
        for (var action : AbsentSubjects.read()) {
            assertTrue(names.add(action.name()), "twice: " + action.name());
            var known = operation(action).newRequest().sdkFields().stream()
                    .map(SdkField::locationName)
                    .collect(Collectors.toSet());
            for (var parameter : action.parameters()) {
                assertTrue(known.contains(parameter.name()), action.name() + " has no " + parameter.name());
            }
        }
    }

    @Test
    void everyListIsEmptyAndThere() {
        for (var action : AbsentSubjects.read()) {
            var required = new TreeMap<String, String>();
            for (var parameter : action.parameters()) {
                if (parameter.required() && parameter.notFoundCode() == null) {
                    required.put(parameter.name(), sample(parameter.name()));
                }
            }
            if (action.alwaysCode() != null
                    || action.parameters().stream().anyMatch(p -> p.required() && p.notFoundCode() != null)) {
                continue;
            }
            var response = answer(action, required);
            var xml = new ResponseWriter(QueryService.EC2).write(action.name(), "2016-11-15", response, "r");
            assertTrue(xml.contains("/>"), () -> action.name() + " has no empty list: " + xml);
        }
    }

    @Test
    void whatIsNamedDoesNotExist() {
        assertEquals(
                "InvalidSpotInstanceRequestID.NotFound",
                code("DescribeSpotInstanceRequests", "SpotInstanceRequestId.1=sir-1"));
        assertEquals("InvalidFleetId.NotFound", code("DescribeFleetInstances", "FleetId=fleet-1"));
        assertEquals("InvalidSpotDatafeed.NotFound", code("DescribeSpotDatafeedSubscription"));
        assertEquals("InvalidVpnGatewayID.NotFound", code("DescribeVpnGateways", "VpnGatewayId.1=vgw-1"));
    }

    @Test
    void badRequestsAreRefusedAllTheSame() {
        assertEquals("MissingParameter", code("DescribeFleetInstances"));
        assertEquals("InvalidParameterValue", code("DescribeHosts", "MaxResults=0"));
        assertEquals("InvalidParameterValue", code("DescribeVpnGateways", "Filter.1.Value.1=x"));
        assertEquals("MissingParameter", code("DescribeVpnGateways", "Filter.1.Name=state"));
        assertEquals("InvalidNextToken", code("DescribeHosts", "NextToken=abc"));
        assertEquals("UnknownParameter", code("DescribeHosts", "Nonsense=abc"));
    }

    private static String sample(String parameter) {
        return parameter.contains("Hours") || parameter.contains("Version") ? "24" : "2026-01-02";
    }

    private static io.coppice.wire.query.Operation operation(AbsentAction action) {
        return QueryService.EC2.operation(action.name()).orElseThrow();
    }

    private static String code(String name, String... parameters) {
        var action = AbsentSubjects.read().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        var values = Arrays.stream(parameters)
                .map(text -> text.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
        return assertThrows(AwsException.class, () -> answer(action, values)).code();
    }

    private static SdkPojo answer(AbsentAction action, Map<String, String> parameters) {
        var values = new TreeMap<>(parameters);
        // A structure or a list is sent by its parts.
        for (var field : operation(action).newRequest().sdkFields()) {
            var value = values.remove(field.locationName());
            if (value != null) {
                switch (field.marshallingType().getTargetClass().getSimpleName()) {
                    case "List" -> values.put(field.locationName() + ".1", value);
                    case "SdkPojo" ->
                        values.put(
                                field.locationName() + "."
                                        + field.constructor()
                                                .get()
                                                .sdkFields()
                                                .getFirst()
                                                .locationName(),
                                value);
                    default -> values.put(field.locationName(), value);
                }
            }
        }
        var reader = new RequestReader(QueryService.EC2, QueryLimits.DEFAULT);
        var request = (SdkPojo)
                reader.read(new QueryParameters(values), operation(action).newRequest());
        return new EmptyAnswer(action, operation(action))
                .handle(TestRequests.by(TestRequests.ALICE, action.name()), request);
    }
}
