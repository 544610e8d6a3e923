package io.coppice.node.network.vpc;

import static io.coppice.node.lab.Eventually.eventually;
import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.WEB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.node.hypervisor.Domain;
import io.coppice.node.hypervisor.DomainState;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.lab.Host;
import io.coppice.node.lab.PrivateLibvirtd;
import io.coppice.node.move.Ticket;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PublicAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a real guest could not move to another host while it runs: its connections would break, its disk or its memory
 * would lack something, it would run unguarded or twice, or a move that fails would cost it its life.
 */
@Tag("full")
class RealGuestMovesTest {
    private static final Logger LOG = Logger.getLogger(RealGuestMovesTest.class);
    private static final String ELASTIC = "198.18.0.78";
    private static final int SSH = 22;
    private static final int PORT = 9000;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** A few seconds; TCP waits twice as long each time, and emulated guests are slow on a busy machine. */
    private static final Duration LONGEST_GAP = Duration.ofSeconds(15);

    @TempDir
    private Path folder;

    private NetworkLab lab;
    private final List<GuestHost> hosts = new ArrayList<>();
    private LabGuest peer;
    private final InstanceId instance = InstanceId.random();
    private NetworkEndpoint endpoint;

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        missing.addAll(PrivateLibvirtd.missing());
        assumeTrue(missing.isEmpty(), () -> "real guests cannot run here: " + missing);
        assertTrue(Host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key())
                .succeeded());
        lab = new NetworkLab(folder);
        var authority = CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC());
        for (int i = 1; i <= 2; i++) {
            hosts.add(new GuestHost(
                    lab.addHost(),
                    folder.resolve("guests-" + i),
                    Files.readString(folder.resolve("key.pub")),
                    authority));
        }
        var third = lab.addHost();
        var vpc = NetworkEngineContract.red();
        vpc.getSecurityGroupsBuilder(0).addIngress(Rules.tcp(SSH, "0.0.0.0/0"));
        lab.tell(vpc);
        endpoint = NetworkLab.endpoint(vpc.build(), vpc.getSubnets(0), "10.0.1.10", WEB)
                .addPublicAddresses(
                        PublicAddress.newBuilder().setPublicIpv4(ELASTIC).setPrivateIpv4("10.0.1.10"))
                .build();
        peer = NetworkEngineContract.guest(lab, vpc.build(), "peer", third, 1, "10.0.2.10", OPEN);
        lab.tellLocations(RED);
    }

    @AfterEach
    void clear() throws Exception {
        for (var host : hosts) {
            host.close();
        }
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void aGuestMovesAndItsConnectionsGoOn() throws Exception {
        var home = hosts.getFirst();
        var target = hosts.getLast();
        home.launch(instance, endpoint);
        lab.tellLocations(RED, home.lab().location(endpoint));
        eventually("ssh by the public address", () -> ssh("true").isPresent());
        ssh("echo memory > /run/kept; echo disk > /root/kept; sync");
        ssh("ping -i 0.2 %s > /run/pings 2>&1 < /dev/null &".formatted(NetworkLab.INTERNET));
        try (var numbers = Numbers.begin(lab.internet(), sshCommand("nc 10.0.2.10 " + PORT), peer.space())) {
            numbers.awaitMore();
            staysWhenItIsNotLetIn(home, target);
            numbers.awaitMore();
            staysWhenTheOtherHypervisorDies(home, target);
            staysWhenItTakesTooLong(home, target);
            numbers.awaitMore();
            var began = System.nanoTime();
            move(home, target);
            numbers.awaitMore();
            report("there", began, numbers);
            livesOn(home, target);
            move(target, home);
            numbers.awaitMore();
            report("and back", began, numbers);
            assertTrue(numbers.longestGap().compareTo(LONGEST_GAP) < 0, "stood still: " + numbers.longestGap());
        }
        var answered = answeredPings();
        LOG.infof("of the pings from the guest %d %% were answered", answered);
        assertTrue(answered > 50, "pings answered, in percent: " + answered);
        livesOn(target, home);
        home.hypervisor().remove(instance);
        home.remove(instance);
    }

    /** How many of a hundred pings that the guest sent to the outside were answered. */
    private int answeredPings() {
        var told = ssh("killall -INT ping; cat /run/pings").orElse("");
        var sum = Pattern.compile("(\\d+) packets transmitted, (\\d+) packets received")
                .matcher(told);
        assertTrue(sum.find(), "ping tells no sum: " + told);
        return 100 * Integer.parseInt(sum.group(2)) / Integer.parseInt(sum.group(1));
    }

    private void staysWhenItIsNotLetIn(GuestHost home, GuestHost target) throws IOException {
        var there = target.target(instance);
        try (var road = home.roadTo(target, Ticket.random())) {
            assertThrows(
                    HypervisorException.class, () -> home.hypervisor().moves().send(instance, there, LIMIT));
        }
        assertEquals(Optional.of(DomainState.RUNNING), state(home));
        assertEquals(Optional.empty(), state(target));
    }

    private void staysWhenTheOtherHypervisorDies(GuestHost home, GuestHost target) throws Exception {
        var sending = CompletableFuture.runAsync(() -> {
            try {
                send(home, target, LIMIT);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        eventually("it begins to come", () -> state(target).isPresent());
        target.libvirtd().restart();
        assertThrows(CompletionException.class, sending::join);
        assertEquals(Optional.of(DomainState.RUNNING), state(home));
        eventually("nothing of it is left there", () -> state(target).isEmpty());
    }

    private void staysWhenItTakesTooLong(GuestHost home, GuestHost target) throws Exception {
        assertThrows(HypervisorException.class, () -> send(home, target, Duration.ZERO));
        assertEquals(Optional.of(DomainState.RUNNING), state(home));
        eventually("nothing of it is left there", () -> state(target).isEmpty());
    }

    private void send(GuestHost from, GuestHost to, Duration limit) throws IOException {
        var ticket = Ticket.random();
        try (var road = from.roadTo(to, ticket);
                var admission = to.expect(ticket, from)) {
            from.hypervisor().moves().send(instance, to.target(instance), limit);
        }
    }

    /** What the agents of both hosts have to do, in this order. */
    private void move(GuestHost from, GuestHost to) throws IOException {
        to.lab().engine().expect(instance, List.of(endpoint));
        send(from, to, LIMIT);
        LOG.info("the guest stands still on the other host");
        assertEquals(Optional.of(DomainState.PAUSED), state(to), "it must not run before it is guarded");
        to.lab().engine().attached(instance);
        to.lab().engine().arrived(instance, from.lab().engine().openFlows(instance));
        to.hypervisor().moves().goOn(instance);
        LOG.info("the guest goes on");
        lab.tellLocations(RED, to.lab().location(endpoint));
        LOG.info("all hosts know where it is");
        from.remove(instance);
    }

    private void livesOn(GuestHost left, GuestHost now) throws Exception {
        assertEquals(
                Optional.of("memory disk"), ssh("echo 3 > /proc/sys/vm/drop_caches; cat /run/kept /root/kept | xargs"));
        assertEquals(
                Optional.of(endpoint.getPrivateIpv4()),
                ssh("wget -q -O - http://169.254.169.254/latest/meta-data/instance-id"),
                "the metadata service knows it by a number of this host");
        assertEquals(Optional.of(DomainState.RUNNING), state(now));
        assertEquals(Optional.empty(), state(left));
        assertEquals(List.of(), Namespace.named(left.lab().namespace(RED)), "the network stays behind");
        assertFalse(left.lab().space().run("ip", "link").contains("vm"), "a device stays behind");
        assertFalse(left.hasDisk(instance), "the disk stays behind");
        var tables = Space.must(
                "nsenter", "--net=/run/netns/" + now.lab().namespace(RED), "nft", "list", "tables", "netdev");
        assertTrue(tables.contains("guard_"), "its device is not guarded");
    }

    private void report(String where, long began, Numbers numbers) {
        LOG.infof(
                "moved %s, %d ms since the beginning; the longest gap between two numbers was %d ms",
                where,
                Duration.ofNanos(System.nanoTime() - began).toMillis(),
                numbers.longestGap().toMillis());
    }

    private Optional<DomainState> state(GuestHost host) {
        return host.hypervisor().find(instance).map(Domain::state);
    }

    private String key() {
        return folder.resolve("key").toString();
    }

    private List<String> sshCommand(String command) {
        return List.of(
                "ssh",
                "-q",
                "-i",
                key(),
                "-o",
                "BatchMode=yes",
                "-o",
                "ConnectTimeout=3",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "root@" + ELASTIC,
                command);
    }

    /** What the command says in the guest, empty when it fails. */
    private Optional<String> ssh(String command) {
        try {
            return Optional.of(lab.internet()
                    .run(sshCommand(command).toArray(String[]::new))
                    .strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
