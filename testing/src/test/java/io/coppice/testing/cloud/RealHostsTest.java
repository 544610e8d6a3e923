package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.coppice.testing.architecture.SourceTree;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, real guests of a VPC would not reach each other across hosts, would reach another tenant's, or would lose their way
 * out when another host loses its power. Three hosts in namespaces, with a libvirtd and an agent each.
 */
@Tag("full")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealHostsTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int HOSTS = 3;
    /** A gateway is on the hidden guest's own host one time in three. */
    private static final int GATEWAYS = 8;

    private static final Pattern FOLDER_OF_HOST = Pattern.compile("/nodes/(\\d+)/");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static CloudUnderTest cloud;

    @BeforeAll
    static void raise() {
        CloudUnderTest.assumePackaged();
        CloudUnderTest.assumeRealGuests();
        Story.requireBoto();
        cloud = CloudUnderTest.up(
                folder.resolve("cloud"),
                "--hypervisor",
                "libvirt",
                "--hosts",
                Integer.toString(HOSTS),
                "--set",
                "coppice.cluster.scheduler=round-robin");
    }

    @AfterAll
    @SuppressWarnings("NullAway")
    static void remove() {
        if (cloud != null) {
            cloud.close();
        }
    }

    private static void story(String... arguments) {
        Story.ofHosts(cloud, folder, List.of(arguments));
    }

    @Test
    @Order(1)
    void guestsReachEachOtherAcrossHostsAndStrangersNobody() {
        story("begin");
        assertEquals(
                HOSTS, List.copyOf(hostOfGuest().values()).stream().distinct().count(), "each on a host of its own");
    }

    @Test
    @Order(2)
    void aHostThatLosesItsPowerTakesOnlyItsOwnGuestsAlong() {
        try (var outside = Outside.connect()) {
            var before = hostOfGuest().keySet();
            story("hide", outside.address());
            var hidden = hostOfGuest().entrySet().stream()
                    .filter(guest -> !before.contains(guest.getKey()))
                    .findFirst()
                    .orElseThrow();
            for (int count = 0; gatewayHost() == hidden.getValue() && count < GATEWAYS; count++) {
                story("another");
            }
            var dying = gatewayHost();
            assertNotEquals(hidden.getValue(), dying, "the gateway stays with the guest that needs it");
            var lost = hostOfGuest().entrySet().stream()
                    .filter(guest -> guest.getValue() == dying)
                    .findFirst()
                    .orElseThrow();
            host("kill", Integer.toString(dying)).orFail();
            story("after", lost.getKey());
            assertNotEquals(dying, gatewayHost());
        }
    }

    /** The number of the host by guest. */
    private static Map<String, Integer> hostOfGuest() {
        var hosts = new TreeMap<String, Integer>();
        HostProcesses.commandsOfGuests(cloud.data()).forEach((guest, line) -> {
            var number = FOLDER_OF_HOST.matcher(line);
            if (number.find()) {
                hosts.put(guest, Integer.valueOf(number.group(1)));
            }
        });
        return hosts;
    }

    /** The number of the host that carries the NAT gateway. */
    private static int gatewayHost() {
        return eventually(
                        "a host with the gateway",
                        LIMIT,
                        () -> IntStream.rangeClosed(1, HOSTS)
                                .filter(host -> host("exec", Integer.toString(host), "ip", "netns")
                                        .output()
                                        .contains("-nat-"))
                                .boxed()
                                .toList(),
                        found -> found.size() == 1)
                .getFirst();
    }

    private static Command.Result host(String verb, String number, String... rest) {
        var script = SourceTree.root().resolve("deploy/host/namespaces.sh").toString();
        var line = new ArrayList<>(List.of(
                "bash",
                script,
                verb,
                number,
                "--dir",
                cloud.data().resolve("hosts").toString()));
        line.addAll(List.of(rest));
        return Command.run(LIMIT, Map.of(), line);
    }
}
