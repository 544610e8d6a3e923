package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.place.Zones;
import io.coppice.foundation.id.ImageId;
import io.coppice.proto.cluster.v1.ClusterControllerGrpc.ClusterControllerImplBase;
import io.coppice.proto.cluster.v1.HostImages;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.cluster.v1.ListImageCachesRequest;
import io.coppice.proto.cluster.v1.ListImageCachesResponse;
import io.coppice.proto.cluster.v1.PrefetchImageRequest;
import io.coppice.proto.cluster.v1.PrefetchImageResponse;
import io.coppice.proto.node.v1.ImageFetch;
import io.coppice.wire.error.AwsException;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this failed, an operator would believe that hosts fetch an image that were never told, or not learn which ones cannot. */
class ImageCachesTest {
    private static final ImageId IMAGE = new ImageId(CloudFixture.IMAGE);
    private static final String SHA256 = "ab".repeat(32);
    private static final String OTHER = "cd".repeat(32);

    private final Zone zone = new Zone();
    private final Zones zones = new Zones(TestSite.config());
    private Server server;
    private ManagedChannel channel;
    private ImageCaches caches;

    @BeforeEach
    void connect() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(zone)
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
        var config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ComputeConfig.class)
                .build()
                .getConfigMapping(ComputeConfig.class);
        var images = new CloudFixture.OneImage();
        caches = new ImageCaches(images, images, zones, name -> Optional.of(new GrpcZoneLink(channel)), config);
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void hostsAreToldWithAnAddressAndThoseThatAreNotAreNamed() {
        var told = caches.prefetch(IMAGE, Optional.empty(), List.of());
        assertEquals(List.of("n-1"), told.told());
        assertEquals(List.of("n-2"), told.away());
        assertEquals(List.of(), told.silentZones());
        var image = zone.asked.getFirst().getImage();
        assertEquals(SHA256, image.getSha256());
        assertEquals("http://walrus.test/" + IMAGE, image.getUrl());
    }

    @Test
    void whatCannotBeIsRefusedWithTheReason() {
        assertRefused("InvalidAMIID.Unavailable", new ImageId("ami-0000000000000dead"), Optional.empty(), List.of());
        assertRefused("InvalidParameterValue", IMAGE, Optional.of("nowhere"), List.of());
        assertRefused("InvalidParameterValue", IMAGE, Optional.empty(), List.of("n-1", "nobody"));
        server.shutdownNow();
        var told = caches.prefetch(IMAGE, Optional.empty(), List.of("nobody"));
        assertEquals(List.copyOf(zones.all()), told.silentZones(), "the host may be there");
        assertEquals(List.copyOf(zones.all()), caches.caches(Optional.empty()).silentZones());
    }

    private void assertRefused(String code, ImageId image, Optional<String> where, List<String> hosts) {
        var refusal = assertThrows(AwsException.class, () -> caches.prefetch(image, where, hosts));
        assertEquals(code, refusal.code());
    }

    @Test
    void hostsAreListedOnAllPagesWithTheStateOfEachImage() {
        var hosts = caches.caches(Optional.empty()).hosts();
        assertEquals(
                List.of("n-1", "n-2"),
                hosts.stream().map(ImageCaches.HostCache::nodeId).toList());
        assertEquals(
                List.of(
                        new ImageCaches.Kept(IMAGE.value(), SHA256, "here", 100, ""),
                        new ImageCaches.Kept("", OTHER, "coming", 43, "")),
                hosts.getFirst().images());
        assertEquals(
                List.of(new ImageCaches.Kept(IMAGE.value(), SHA256, "failed", 0, "no space")),
                hosts.getLast().images());
        var one = caches.caches(Optional.of(IMAGE)).hosts();
        assertEquals(1, one.getFirst().images().size());
    }

    /** A zone of two hosts, one of which is away, that lists one on a page. */
    private static final class Zone extends ClusterControllerImplBase {
        private final List<PrefetchImageRequest> asked = new CopyOnWriteArrayList<>();

        @Override
        public void prefetchImage(PrefetchImageRequest request, StreamObserver<PrefetchImageResponse> answer) {
            asked.add(request);
            answer.onNext(PrefetchImageResponse.newBuilder()
                    .addTold("n-1")
                    .addAway("n-2")
                    .addAllUnknown(request.getHostsList().stream()
                            .filter("nobody"::equals)
                            .toList())
                    .build());
            answer.onCompleted();
        }

        @Override
        public void listImageCaches(ListImageCachesRequest request, StreamObserver<ListImageCachesResponse> answer) {
            var first = request.getAfterNodeId().isEmpty();
            var fetch = first
                    ? ImageFetch.newBuilder().setSha256(OTHER).setPercent(43)
                    : ImageFetch.newBuilder().setSha256(SHA256).setFailure("no space");
            var host = HostImages.newBuilder()
                    .setNodeId(first ? "n-1" : "n-2")
                    .setState(HostState.HOST_STATE_UP)
                    .addFetches(fetch);
            if (first) {
                host.addCached(SHA256);
            }
            answer.onNext(ListImageCachesResponse.newBuilder()
                    .addHosts(host)
                    .setNextAfterNodeId(first ? "n-1" : "")
                    .build());
            answer.onCompleted();
        }
    }
}
