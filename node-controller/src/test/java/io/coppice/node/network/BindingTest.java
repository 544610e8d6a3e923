package io.coppice.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** If this failed, two guests could share a device, or text from a message could change packet rules or DHCP's files. */
class BindingTest {
    private static final InstanceId INSTANCE = new InstanceId("i-0123456789abcdef0");

    @Test
    void namesTheDeviceAfterTheInterfaceAlways() {
        var first = Binding.of(INSTANCE, endpoint("02:00:00:00:00:01", "10.0.0.5", "ip-10-0-0-5.internal"));
        assertEquals(first, Binding.of(INSTANCE, endpoint("02:00:00:00:00:01", "10.0.0.5", "ip-10-0-0-5.internal")));
        assertEquals(14, first.tap().length());
        assertEquals("ip-10-0-0-5", first.label());
        var other = endpoint("02:00:00:00:00:01", "10.0.0.5", "").toBuilder()
                .setNetworkInterfaceId("eni-other")
                .build();
        assertNotEquals(first.tap(), Binding.of(INSTANCE, other).tap());
    }

    @ParameterizedTest
    @CsvSource({
        "'02:00:00:00:00:01 }',10.0.0.5,name",
        "02:00:00:00:00,10.0.0.5,name",
        "02:00:00:00:00:01,10.0.0.5/8,name",
        "02:00:00:00:00:01,10.0.0.5,'name,set:x'",
        "02:00:00:00:00:01,10.0.0.5,'a b'"
    })
    void refusesWhatIsNoAddress(String mac, String address, String name) {
        assertThrows(IllegalArgumentException.class, () -> Binding.of(INSTANCE, endpoint(mac, address, name)));
    }

    private static NetworkEndpoint endpoint(String mac, String address, String name) {
        return NetworkEndpoint.newBuilder()
                .setNetworkInterfaceId("eni-0123456789abcdef0")
                .setMac(mac)
                .setPrivateIpv4(address)
                .setPrivateDnsName(name)
                .build();
    }
}
