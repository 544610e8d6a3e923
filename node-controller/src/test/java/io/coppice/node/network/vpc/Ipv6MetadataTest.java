package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.node.metadata.ImdsServer;
import io.coppice.node.metadata.MetadataService;
import io.coppice.node.network.MetadataEntry.Guest;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Metadata;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * If this failed, guests would not find their metadata by IPv6, or find it although nobody allowed it, or one guest would read
 * another's.
 */
class Ipv6MetadataTest extends TwoHosts {
    private static final String TOKEN = "X-aws-ec2-metadata-token";
    private static final String TTL = "X-aws-ec2-metadata-token-ttl-seconds";
    private static final String ETHERTYPE = "86dd";
    private static final int HTTP_MILLIS = 5_000;

    private LabGuest one;
    private LabGuest other;

    @BeforeEach
    void launch() throws IOException {
        lab.tell(NetworkEngineContract.red());
        one = ofBoth("one", first, "10.0.1.10", OPEN);
        other = ofBoth("other", first, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
    }

    @Test
    void onlyThoseThatWereGivenItAreAnsweredAndEachIsKnown() throws Exception {
        var entry = first.engine().metadataEntry();
        var port = first.settings().metadataPort();
        try (var service = Wire.echo(first.space(), port)) {
            assertEquals(port, service.getLocalPort());
            assertTrue(isShut(one), "nobody is, as long as nothing is said");
            entry.open(one.instance(), new Reach(1, true));
            assertEquals(
                    Optional.of(new Guest(RED, one.ipv6())),
                    entry.whoIs(seenBy(one).orElseThrow()));
            assertEquals(1, hopLimit(one), "an answer goes one hop by default");
            assertTrue(isShut(other));
            entry.open(other.instance(), new Reach(3, true));
            assertEquals(
                    Optional.of(new Guest(RED, other.ipv6())),
                    entry.whoIs(seenBy(other).orElseThrow()));
            assertEquals(3, hopLimit(other));
            assertTrue(Wire.seenAs(one.space(), VpcView.METADATA_ADDRESS, 80).isPresent(), "by IPv4 as ever");
            var itself = first.settings().metadataAddressIpv6();
            assertTrue(Wire.isShut(one.space(), itself, port), "by the one address only");
            assertTrue(Wire.isShut(one.space(), VpcView.METADATA_IPV6, port), "and the one port");
            entry.open(one.instance(), Reach.USUAL);
            assertTrue(isShut(one), "taken back");
            first.restartEngine();
            var after = first.engine().metadataEntry();
            assertEquals(
                    Optional.of(new Guest(RED, other.ipv6())),
                    after.whoIs(seenBy(other).orElseThrow()),
                    "kept");
            assertTrue(isShut(one));
        }
    }

    @Test
    void whoSendsInTheNameOfAnotherHearsNothing() throws Exception {
        var entry = first.engine().metadataEntry();
        entry.open(one.instance(), new Reach(1, true));
        try (var service = Wire.echo(first.space(), first.settings().metadataPort())) {
            assertTrue(service.isBound());
            other.space().ip("addr", "add", one.ipv6() + "/128", "dev", "eth0", "nodad");
            other.space().ip("-6", "route", "replace", "default", "via", Ipv6.ROUTER, "dev", "eth0", "src", one.ipv6());
            assertTrue(isShut(other), "its guard drops it");
            other.change(other.endpoint().toBuilder().setSourceDestCheck(false).build());
            assertTrue(isShut(other), "without a guard, the answer goes to whose address it is");
            assertTrue(seenBy(one).isPresent());
        }
    }

    @Test
    void theServiceAnswersAsByIpv4() throws Exception {
        first.engine().metadataEntry().open(one.instance(), new Reach(1, true));
        var settings = first.settings();
        try (MetadataService service = first.space()
                .call(() -> ImdsServer.listen(
                        List.of(settings.metadataAddress(), settings.metadataAddressIpv6()),
                        settings.metadataPort(),
                        "x86_64",
                        first.engine().metadataEntry()))) {
            service.publish(desired(true));
            var path =
                    "latest/meta-data/network/interfaces/macs/" + one.endpoint().getMac() + "/ipv6s";
            assertEquals("401 ", ask(one, "GET", path, Map.of()).substring(0, 4), "IMDSv2 only");
            var refused = ask(one, "PUT", "latest/api/token", Map.of(TTL, "60", "X-Forwarded-For", "10.0.1.99"));
            assertEquals("403 ", refused.substring(0, 4));
            var token = ask(one, "PUT", "latest/api/token", Map.of(TTL, "60"));
            assertEquals("200 ", token.substring(0, 4));
            assertEquals("200 " + one.ipv6(), ask(one, "GET", path, Map.of(TOKEN, token.substring(4))));
            service.publish(desired(false));
            assertEquals(
                    "404 ",
                    ask(one, "GET", path, Map.of(TOKEN, token.substring(4))).substring(0, 4));
        }
    }

    private DesiredInstance desired(boolean byIpv6) {
        return DesiredInstance.newBuilder()
                .setInstanceId(one.instance().value())
                .addEndpoints(one.endpoint())
                .setMetadata(Metadata.newBuilder()
                        .setEnabled(true)
                        .setTokenRequired(true)
                        .setIpv6Enabled(byIpv6))
                .build();
    }

    /** The address that the service sees of the guest. */
    private static Optional<String> seenBy(LabGuest guest) throws IOException {
        return Wire.seenAs(guest.space(), VpcView.METADATA_IPV6, 80);
    }

    private static boolean isShut(LabGuest guest) throws IOException {
        return Wire.isShut(guest.space(), VpcView.METADATA_IPV6, 80);
    }

    /** The status and the body of an answer. */
    private static String ask(LabGuest guest, String method, String path, Map<String, String> headers)
            throws IOException {
        return guest.space().call(() -> {
            var address = URI.create("http://[%s]/%s".formatted(VpcView.METADATA_IPV6, path));
            var connection = (HttpURLConnection) address.toURL().openConnection();
            connection.setConnectTimeout(HTTP_MILLIS);
            connection.setReadTimeout(HTTP_MILLIS);
            connection.setRequestMethod(method);
            headers.forEach(connection::setRequestProperty);
            var status = connection.getResponseCode();
            try (var body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                return status + " " + new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        });
    }

    /** Of a packet that comes back from the metadata service. */
    private static int hopLimit(LabGuest guest) throws IOException {
        return guest.space().call(() -> {
            try (var socket = RawSocket.ofDevice("eth0", 3_000)) {
                var seen = new Socket();
                seen.connect(new InetSocketAddress(VpcView.METADATA_IPV6, 80), 3_000);
                seen.close();
                for (var frame = socket.receive(); frame.isPresent(); frame = socket.receive()) {
                    var text = HexFormat.of().formatHex(frame.get());
                    if (text.startsWith(ETHERTYPE, 24)
                            && text.startsWith(Ipv6.bytes(VpcView.METADATA_IPV6).substring(2), 2 * (14 + 8))) {
                        return (int) frame.get()[14 + 7];
                    }
                }
                throw new AssertionError("no answer came");
            }
        });
    }
}
