package io.coppice.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a guest in the mode SYSTEM would get no address of the site's DHCP server, the cloud would not learn it or
 * would believe what a guest makes up, or a guest could take an address that nobody has given it.
 */
class SystemNetworkTest {
    private static final String MAC = "02:00:5e:00:00:21";
    private static final String OTHER_MAC = "02:00:5e:00:00:22";

    @TempDir
    private Path folder;

    @Test
    void guestsHaveWhatTheSitesServerGivesThem() throws Exception {
        assumeTrue(SiteLab.missing().isEmpty(), () -> String.join(", ", SiteLab.missing()));
        try (var lab = new SiteLab(folder, "system")) {
            var host = lab.host(2);
            assertEquals("ok", host.order("start"));
            lab.routerDrops("ip saddr 192.0.2.2 icmp type echo-request");
            var guest = host.guest(MAC, "");
            var other = host.guest(OTHER_MAC, "");
            assertEquals("ok", host.order("repair"));
            assertEquals("", host.order("learned"), "nobody has given anything yet");
            guest.takes("192.0.2.66");
            assertFalse(guest.reaches(SiteLab.ROUTER), "an address that nobody has given it");

            var given = guest.dhcp();
            assertTrue(given.startsWith(SiteLab.OF_SITE), given);
            assertTrue(guest.reaches(SiteLab.ROUTER));
            assertTrue(guest.reaches(SiteLab.OUTSIDE));
            assertTrue(lab.outsideReaches(given), "it is in the site's network");
            assertEquals(MAC, guest.metadata(), "the way over the site's router ends at the guest's own host, at once");
            assertEquals("ok", host.order("repair"));
            assertEquals(MAC + "=" + given, host.order("learned"));
            assertFalse(lab.siteConnects("192.0.2.2", 8780), "others of the site's network");

            other.takes(given);
            assertFalse(other.reaches(SiteLab.ROUTER), "an address that another guest was given");
            var second = other.dhcp();
            assertEquals("ok", host.order("repair"));
            assertEquals(MAC + "=" + given + " " + OTHER_MAC + "=" + second, host.order("learned"));
            assertTrue(other.reaches(given), "guests of one host");

            host.restart();
            assertEquals(MAC + "=" + given + " " + OTHER_MAC + "=" + second, host.order("learned"), "over a restart");
            host.run("nft", "flush", "ruleset");
            assertEquals("ok", host.order("repair"));
            assertTrue(guest.reaches(SiteLab.OUTSIDE), "without a new lease");
            guest.run("ip", "link", "delete", "dev", "eth0");
            assertEquals("ok", host.order("release " + guest.instance()));
            assertTrue(other.reaches(SiteLab.OUTSIDE));
            assertEquals(OTHER_MAC + "=" + second, host.order("learned"));
        }
    }
}
