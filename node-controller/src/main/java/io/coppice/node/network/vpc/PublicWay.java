package io.coppice.node.network.vpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.coppice.proto.node.v1.PublicNetwork;
import io.coppice.proto.node.v1.PublicTunnels;
import io.coppice.proto.node.v1.TunnelEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How this host shares the public network with others. One that does not reach it by itself asks the network's router once a second,
 * by ARP, whether the gateway in use serves, and takes the other one by itself when it does not: addresses and connections are this
 * host's own and stay. Thread-safe. Source: RFC 5227 section 2.1.1, arping(8).
 */
final class PublicWay implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(PublicWay.class);
    private static final Duration ASK_EVERY = Duration.ofSeconds(1);
    /** What arping(8) answers to a probe when somebody has the address. */
    private static final int ANSWERED = 1;

    private static final int UNANSWERED = 0;

    private final VpcSettings settings;
    private final Namespace host;
    private final PublicSegment segment;
    private final Path file;
    private final Runnable announce;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final GatewayChoice choice = new GatewayChoice();
    private PublicTunnels tunnels = PublicTunnels.getDefaultInstance();

    private volatile boolean isLinked = true;
    private volatile String failure = "";
    private @Nullable Thread asking;
    /** What went wrong last; of the thread that asks only. */
    private String problem = "";

    /**
     * Prepares; {@link #start} begins.
     *
     * @param file keeps what was told
     * @param announce tells the public network of all addresses that this host has
     */
    PublicWay(VpcSettings settings, Namespace host, Path file, Runnable announce) {
        this.settings = settings;
        this.host = host;
        this.segment = new PublicSegment(settings, host);
        this.file = file;
        this.announce = announce;
    }

    /** Goes on with what was told before; the bridge of the public network must be there. */
    void start() throws IOException {
        lock.lock();
        try {
            tunnels = kept();
            choice.told(tunnels.getGatewaysList());
            follow();
        } finally {
            lock.unlock();
        }
        if (reachesByOthers() && asking == null) {
            asking = Thread.ofVirtual().name("public-way").start(this::keepAsking);
        }
    }

    private boolean reachesByOthers() {
        return settings.publicAccess() == PublicAccess.ELSEWHERE;
    }

    private PublicTunnels kept() throws IOException {
        if (!Files.exists(file)) {
            return PublicTunnels.getDefaultInstance();
        }
        try {
            return PublicTunnels.parseFrom(Files.readAllBytes(file));
        } catch (InvalidProtocolBufferException e) {
            LOG.warnf(e, "%s cannot be read: the Cluster Controller tells it again", file);
            return PublicTunnels.getDefaultInstance();
        }
    }

    /** With these hosts from now on. Throws {@link IllegalArgumentException} when an address is none. */
    void apply(PublicTunnels now) throws IOException {
        now.getGatewaysList().forEach(end -> Cidr.number(end.getNodeAddress()));
        now.getServedList().forEach(end -> Cidr.number(end.getNodeAddress()));
        lock.lock();
        try {
            if (!now.equals(tunnels)) {
                tunnels = now;
                keep();
            }
            if (choice.told(now.getGatewaysList())) {
                take();
            } else {
                follow();
            }
        } finally {
            lock.unlock();
        }
    }

    private void keep() throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, tunnels.toByteArray());
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Puts right what differs. */
    void repair() throws IOException {
        lock.lock();
        try {
            follow();
        } finally {
            lock.unlock();
        }
    }

    private void follow() throws IOException {
        switch (settings.publicAccess()) {
            case HERE -> {
                lookAtLink();
                segment.ensure(addresses(tunnels.getServedList()));
            }
            case ELSEWHERE -> segment.ensure(addresses(choice.current().stream().toList()));
            case OWN -> segment.ensure(List.of());
        }
        failure = failing();
    }

    /** Another gateway: switches and neighbours learn at once where this host's addresses are now. */
    private void take() throws IOException {
        choice.current()
                .ifPresent(gateway -> LOG.infof("the public network is reached through %s", gateway.getNodeId()));
        follow();
        announce.run();
    }

    private static List<String> addresses(List<TunnelEnd> ends) {
        return ends.stream().map(TunnelEnd::getNodeAddress).toList();
    }

    private void lookAtLink() throws IOException {
        if (settings.uplink().isPresent()) {
            var linked = false;
            for (var link :
                    host.askIp("link show dev " + settings.uplink().get()).getFirst()) {
                for (var flag : link.path("flags")) {
                    linked |= flag.asText().equals("LOWER_UP");
                }
            }
            isLinked = linked;
        }
    }

    private void keepAsking() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (ask()) {
                    Thread.sleep(ASK_EVERY);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks once; false when it has waited in vain, so that there is nothing more to wait for. */
    private boolean ask() {
        try {
            var gateway = gateway();
            if (gateway.isEmpty()) {
                return true;
            }
            var isAnswered = isAnswered();
            answered(gateway.get(), isAnswered);
            return isAnswered;
        } catch (IOException e) {
            // The same every second says nothing more.
            if (!String.valueOf(e.getMessage()).equals(problem)) {
                problem = String.valueOf(e.getMessage());
                LOG.warnf(e, "the way to the public network could not be looked at or changed; it is tried again");
            }
            return true;
        }
    }

    private Optional<TunnelEnd> gateway() {
        lock.lock();
        try {
            return choice.current();
        } finally {
            lock.unlock();
        }
    }

    private void answered(TunnelEnd gateway, boolean isAnswered) throws IOException {
        lock.lock();
        try {
            // Another one may have been told meanwhile.
            if (choice.current().filter(gateway::equals).isPresent() && choice.asked(isAnswered)) {
                take();
            }
            failure = failing();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for at most a second. */
    private boolean isAnswered() throws IOException {
        var result = host.execute(
                "arping", "-q", "-D", "-c", "1", "-w", "1", "-I", settings.bridge(), settings.publicGateway());
        if (result.exitCode() != ANSWERED && result.exitCode() != UNANSWERED) {
            throw new IOException("arping: " + result.errors().strip());
        }
        return result.exitCode() == ANSWERED;
    }

    private String failing() {
        return switch (settings.publicAccess()) {
            case HERE ->
                isLinked
                        ? ""
                        : "The host's device %s to the public network has no link."
                                .formatted(settings.uplink().orElse(""));
            case ELSEWHERE ->
                choice.isCutOff()
                        ? choice.current()
                                .map(gateway -> "The public network does not answer through the host %s."
                                        .formatted(gateway.getNodeId()))
                                .orElse("There is no host through which the public network is reached.")
                        : "";
            case OWN -> "";
        };
    }

    /** Why public addresses of this host are not reached, for people; empty when nothing is known to be wrong. Never waits. */
    String failure() {
        return failure;
    }

    /** What others are to know of it. Never waits. */
    PublicNetwork state() {
        return switch (settings.publicAccess()) {
            case HERE -> isLinked ? PublicNetwork.PUBLIC_NETWORK_HERE : PublicNetwork.PUBLIC_NETWORK_LOST;
            case ELSEWHERE -> PublicNetwork.PUBLIC_NETWORK_ELSEWHERE;
            case OWN -> PublicNetwork.PUBLIC_NETWORK_UNSPECIFIED;
        };
    }

    /** Takes it back. */
    void remove() throws IOException {
        close();
        segment.remove();
        Files.deleteIfExists(file);
    }

    /** Leaves the tunnel as it is; nobody changes gateways any more. */
    @Override
    public void close() {
        var thread = asking;
        if (thread != null) {
            thread.interrupt();
            asking = null;
        }
    }
}
