package io.coppice.cluster.control;

import io.coppice.cluster.zone.Zone;
import io.coppice.proto.cluster.v1.FollowRequest;
import io.coppice.proto.cluster.v1.ZoneNeighboursGrpc;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/**
 * Follows where the interfaces of another zone are, for as long as it is open: asks its Cluster Controller again whenever the stream
 * ends. What it was told stays meanwhile. Thread-safe.
 */
public final class NeighbourFollower implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(NeighbourFollower.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration JOIN = Duration.ofSeconds(5);

    private final Zone zone;
    private final String neighbour;
    private final ManagedChannel channel;
    private final Context.CancellableContext stream = Context.ROOT.withCancellation();
    private final Thread loop;
    private volatile boolean stopped;

    private NeighbourFollower(Zone zone, String neighbour, ManagedChannel channel) {
        this.zone = zone;
        this.neighbour = neighbour;
        this.channel = channel;
        this.loop = Thread.ofVirtual().name("neighbour " + neighbour).unstarted(this::follow);
    }

    /** Begins to follow; the channel stays the caller's. */
    public static NeighbourFollower start(Zone zone, String neighbour, ManagedChannel channel) {
        var follower = new NeighbourFollower(zone, neighbour, channel);
        follower.loop.start();
        return follower;
    }

    private void follow() {
        var pause = FIRST_PAUSE;
        while (!stopped) {
            pause = followOnce() ? FIRST_PAUSE : shorter(pause.multipliedBy(2), LONGEST_PAUSE);
            try {
                Thread.sleep(pause.toMillis() / 2 + ThreadLocalRandom.current().nextLong(pause.toMillis() / 2 + 1));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** One stream, from its start to its end. Whether anything came. */
    private boolean followOnce() {
        var before = stream.attach();
        var heard = false;
        try {
            // Without this the channel waits on its own, and up to two minutes, after the zone was away.
            channel.resetConnectBackoff();
            zone.neighbourBegins(neighbour);
            var news = ZoneNeighboursGrpc.newBlockingStub(channel).follow(FollowRequest.getDefaultInstance());
            while (news.hasNext()) {
                zone.neighbourTold(neighbour, news.next());
                heard = true;
            }
        } catch (StatusRuntimeException e) {
            LOG.debugf("the zone %s is not heard of now: %s", neighbour, e.getStatus());
        } finally {
            stream.detach(before);
        }
        return heard;
    }

    /** Ends it; what was told stays. */
    @Override
    public void close() {
        stopped = true;
        stream.cancel(null);
        loop.interrupt();
        try {
            loop.join(JOIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
