package io.coppice.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a guest in the mode STATIC would not get the address that the site has set aside for it, would get it from the
 * wrong server, would be hidden behind its host, or could take another's.
 */
class StaticNetworkTest {
    private static final String MAC = "02:00:5e:00:00:11";
    private static final String ADDRESS = "192.0.2.17";

    @TempDir
    private Path folder;

    @Test
    void guestsAreInTheSitesNetworkWithTheirPairs() throws Exception {
        assumeTrue(SiteLab.missing().isEmpty(), () -> String.join(", ", SiteLab.missing()));
        try (var lab = new SiteLab(folder, "static")) {
            var host = lab.host(2);
            assertEquals("ok", host.order("start"));
            var route = host.run("ip", "route", "show", "default");
            assertTrue(route.contains("via " + SiteLab.ROUTER) && !route.contains("lan0"), route);
            // Whoever hid guests behind the host's address would be found by this.
            lab.routerDrops("ip saddr 192.0.2.2 icmp type echo-request");

            var guest = host.guest(MAC, ADDRESS);
            assertEquals(ADDRESS, guest.dhcp(), "its own host answers, and the site's DHCP server does not hear it");
            assertTrue(guest.reaches(SiteLab.ROUTER));
            assertTrue(guest.reaches(SiteLab.OUTSIDE));
            assertTrue(lab.outsideReaches(ADDRESS), "it is in the site's network, not behind an address of its host");
            assertEquals(ADDRESS, guest.metadata());
            assertFalse(lab.siteConnects("192.0.2.2", 8780), "others of the site's network");

            var other = lab.host(3);
            assertEquals("ok", other.order("start"));
            var neighbour = other.guest("02:00:5e:00:00:12", "192.0.2.18");
            assertEquals("192.0.2.18", neighbour.dhcp());
            assertTrue(neighbour.reaches(ADDRESS), "another host's guest");

            neighbour.takes("192.0.2.99");
            assertFalse(neighbour.reaches(SiteLab.ROUTER), "an address that is not its own");
            neighbour.takes("192.0.2.18");
            assertTrue(neighbour.reaches(SiteLab.ROUTER));

            host.restart();
            assertEquals("ok", host.order("repair"));
            assertTrue(guest.reaches(SiteLab.OUTSIDE), "after a restart of its host's agent");
            guest.run("ip", "link", "delete", "dev", "eth0");
            assertEquals("ok", host.order("release " + guest.instance()));
            assertEquals(ADDRESS, other.guest(MAC, ADDRESS).dhcp(), "the pair is another instance's on another host");
        }
    }

    @Test
    void aHostWithoutADeviceThatLeadsToTheSiteIsRefused() {
        var error = assertThrows(
                IllegalArgumentException.class,
                () -> LinuxNetworkEngine.onSite(EngineProcess.config(Map.of()), folder));
        assertTrue(String.valueOf(error.getMessage()).contains("coppice.node.network.uplink"), error.toString());
        var elsewhere = Map.of(
                "coppice.node.network.uplink", "eth1",
                "coppice.node.network.cidr", "192.0.2.0/24",
                "coppice.node.network.host-address", "192.0.2.9",
                "coppice.node.network.gateway", "198.51.100.1");
        assertThrows(
                IllegalArgumentException.class,
                () -> LinuxNetworkEngine.onSite(EngineProcess.config(elsewhere), folder));
    }
}
