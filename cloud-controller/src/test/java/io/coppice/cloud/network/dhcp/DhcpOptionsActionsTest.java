package io.coppice.cloud.network.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.network.NetworkSteps;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.AssociateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.AssociateDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;

/** If this fails, guests get other names and servers than their user said. */
class DhcpOptionsActionsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of());
    private final NetworkSteps steps = new NetworkSteps(cloud);

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate(NetworkFixture.TABLES);
    }

    private static CreateDhcpOptionsRequest wanted(String key, String... values) {
        return CreateDhcpOptionsRequest.builder()
                .dhcpConfigurations(option -> option.key(key).values(values))
                .build();
    }

    private String optionsOf(String vpc) {
        return cloud.call(
                        DescribeVpcsResponse.class,
                        DescribeVpcsRequest.builder().vpcIds(vpc).build())
                .vpcs()
                .getFirst()
                .dhcpOptionsId();
    }

    private static AssociateDhcpOptionsRequest associate(String id, String vpc) {
        return AssociateDhcpOptionsRequest.builder()
                .dhcpOptionsId(id)
                .vpcId(vpc)
                .build();
    }

    @Test
    void aSetIsMadeUsedAndDeleted() {
        var vpc = steps.vpc("10.0.0.0/16");
        var standard = optionsOf(vpc);
        var made = cloud.call(CreateDhcpOptionsResponse.class, wanted("domain-name-servers", "10.0.0.5", "10.0.0.6"))
                .dhcpOptions();
        assertEquals(
                List.of("10.0.0.5", "10.0.0.6"),
                made.dhcpConfigurations().getFirst().values().stream()
                        .map(AttributeValue::value)
                        .toList());
        assertEquals(
                List.of(made),
                cloud.call(
                                DescribeDhcpOptionsResponse.class,
                                DescribeDhcpOptionsRequest.builder()
                                        .filters(Filter.builder()
                                                .name("value")
                                                .values("10.0.0.6")
                                                .build())
                                        .build())
                        .dhcpOptions());
        var id = made.dhcpOptionsId();
        cloud.call(AssociateDhcpOptionsResponse.class, associate(id, vpc));
        assertEquals(id, optionsOf(vpc));
        var delete = DeleteDhcpOptionsRequest.builder().dhcpOptionsId(id).build();
        assertEquals("DependencyViolation", cloud.refusal(delete));
        cloud.call(AssociateDhcpOptionsResponse.class, associate("default", vpc));
        assertEquals("default", optionsOf(vpc));
        cloud.call(DeleteDhcpOptionsResponse.class, delete);
        assertEquals("InvalidDhcpOptionID.NotFound", cloud.refusal(associate(id, vpc)));
        cloud.call(AssociateDhcpOptionsResponse.class, associate(standard, vpc));
        assertEquals(standard, optionsOf(vpc));
    }

    @ParameterizedTest
    @CsvSource({
        "domain-name, bad_name, InvalidParameterValue",
        "domain-name-servers, 10.0.0, InvalidParameterValue",
        "domain-name-servers, fd00::1, UnsupportedOperation",
        "ntp-servers, pool.ntp.org, InvalidParameterValue",
        "netbios-node-type, 2, UnsupportedOperation",
        "colour, blue, InvalidParameterValue"
    })
    void badOptionsAreRefused(String key, String value, String code) {
        assertEquals(code, cloud.refusal(wanted(key, value)));
    }

    @Test
    void anOptionHasAtMostFourValues() {
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(wanted("ntp-servers", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5")));
        assertEquals(
                "MissingParameter",
                cloud.refusal(CreateDhcpOptionsRequest.builder().build()));
    }
}
