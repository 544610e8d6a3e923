package io.coppice.cluster.zone;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cluster.control.NeighbourFollower;
import io.coppice.cluster.control.ZoneNeighboursService;
import io.coppice.foundation.id.NodeId;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, zones would not hear of each other, or not again after one of their controllers was away. */
class NeighbourStreamTest {
    private static final String RED = "vpc-00000000000000001";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    @Test
    void aFollowerHearsOfWhatIsThereOfChangesAndAgainAfterABreak() throws IOException {
        var a = new NetworkModel(folder.resolve("a"), "us-east-1a", 0);
        var b = new NetworkModel(folder.resolve("b"), "us-east-1b", 1_000_000);
        b.zone().expectNeighbours(Set.of("us-east-1a"));
        a.vpc(RED);
        b.vpc(RED);
        var here = a.host();
        var there = b.host();
        a.launch(here, RED);
        b.launch(there, RED);
        a.distribute();
        var service = new ZoneNeighboursService(a.zone());
        var first = serve(service, 0);
        var port = first.getPort();
        var channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try (var ticker = Executors.newSingleThreadScheduledExecutor();
                var follower = NeighbourFollower.start(b.zone(), "us-east-1a", channel)) {
            ticker.scheduleWithFixedDelay(service::tell, 10, 10, TimeUnit.MILLISECONDS);
            ticker.scheduleWithFixedDelay(service::keepAlive, 50, 50, TimeUnit.MILLISECONDS);
            sees(b, there, 2);
            a.launch(here, RED);
            a.distribute();
            sees(b, there, 3);

            first.shutdownNow();
            a.launch(here, RED);
            a.distribute();
            sees(b, there, 3);
            var second = serve(service, port);
            try {
                sees(b, there, 4);
            } finally {
                follower.close();
                service.close();
                second.shutdownNow();
            }
        } finally {
            channel.shutdownNow();
            first.shutdownNow();
        }
    }

    /** The port may be held for a moment by what was there before. */
    private static Server serve(ZoneNeighboursService service, int port) throws IOException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return NettyServerBuilder.forPort(port)
                        .addService(service)
                        .build()
                        .start();
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
        }
    }

    private static void sees(NetworkModel zone, NodeId host, int interfaces) {
        eventually(() -> {
            zone.distribute();
            return zone.view(host).where(RED).size() == interfaces;
        });
    }

    private static void eventually(BooleanSupplier condition) {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not within " + PATIENCE);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }
}
