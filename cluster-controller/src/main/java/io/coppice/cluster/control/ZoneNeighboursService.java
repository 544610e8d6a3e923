package io.coppice.cluster.control;

import io.coppice.cluster.zone.Zone;
import io.coppice.proto.cluster.v1.FollowRequest;
import io.coppice.proto.cluster.v1.ZoneNeighboursGrpc;
import io.coppice.proto.cluster.v1.ZoneNews;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The door for Cluster Controllers of other zones. What they do not take at once waits as what changed, not as messages: who is slow
 * is told later and less. Thread-safe.
 */
public final class ZoneNeighboursService extends ZoneNeighboursGrpc.ZoneNeighboursImplBase {
    private static final Logger LOG = Logger.getLogger(ZoneNeighboursService.class);
    private static final int MOST_FOLLOWERS = 64;

    private final Zone zone;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

    /** Tells of this zone. */
    public ZoneNeighboursService(Zone zone) {
        this.zone = zone;
    }

    /** Who follows; its methods are called by one thread at a time. */
    private final class Follower {
        private final ServerCallStreamObserver<ZoneNews> to;
        private final Zone.Following following = zone.follow();
        private final Queue<ZoneNews> waiting = new ArrayDeque<>();

        Follower(ServerCallStreamObserver<ZoneNews> to) {
            this.to = to;
        }

        synchronized void tell() {
            while (!to.isCancelled() && to.isReady()) {
                if (waiting.isEmpty()) {
                    waiting.addAll(following.next());
                }
                var next = waiting.poll();
                if (next == null) {
                    return;
                }
                to.onNext(next);
            }
        }

        synchronized void keepAlive() {
            if (!to.isCancelled() && to.isReady() && waiting.isEmpty()) {
                to.onNext(ZoneNews.newBuilder()
                        .setKeepAlive(ZoneNews.KeepAlive.getDefaultInstance())
                        .build());
            }
        }

        synchronized void end() {
            following.close();
            if (!to.isCancelled()) {
                to.onCompleted();
            }
        }
    }

    @Override
    public void follow(FollowRequest request, StreamObserver<ZoneNews> answer) {
        if (followers.size() >= MOST_FOLLOWERS) {
            answer.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("the zone is followed by as many as it allows")
                    .asRuntimeException());
            return;
        }
        var to = (ServerCallStreamObserver<ZoneNews>) answer;
        var follower = new Follower(to);
        to.setOnCancelHandler(() -> drop(follower));
        followers.add(follower);
        if (to.isCancelled()) {
            drop(follower);
        }
    }

    private void drop(Follower follower) {
        followers.remove(follower);
        follower.following.close();
    }

    /** Does something for each; one whose call has ended meanwhile is forgotten and holds up no other. */
    private void each(Consumer<Follower> action) {
        for (var follower : followers) {
            try {
                action.accept(follower);
            } catch (StatusRuntimeException | IllegalStateException e) {
                LOG.debugf("a follower is gone: %s", e.toString());
                drop(follower);
            }
        }
    }

    /** Tells followers what they do not know yet; called many times a second by one thread. */
    public void tell() {
        each(Follower::tell);
    }

    /** Lets quiet followers know that the connection lives; called every few seconds. */
    public void keepAlive() {
        each(Follower::keepAlive);
    }

    /** Ends all in good order. */
    public void close() {
        each(Follower::end);
        followers.clear();
    }
}
