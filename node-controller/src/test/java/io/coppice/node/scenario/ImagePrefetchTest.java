package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.coppice.node.agent.HostDrivers;
import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.image.ImageCache;
import io.coppice.node.simulated.SimulationPlan;
import io.coppice.node.simulated.SimulationPlan.Fault;
import io.coppice.proto.cluster.v1.HostImages;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.compute.v1.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** If this failed, an operator's wish would not reach hosts, or a host would not learn who else has the image that it needs. */
class ImagePrefetchTest extends ZoneScenario {
    private static final ImageReference IMAGE = ImageReference.newBuilder()
            .setImageId("ami-0123456789abcdef0")
            .setSha256("ab".repeat(32))
            .setSizeBytes(1024 * 1024)
            .setFormat("raw")
            .setUrl("http://images.invalid/one")
            .build();

    private HostImages images(HostFixture host) {
        return zone.cloud().images().stream()
                .filter(each -> each.getNodeId().equals(host.id().value()))
                .findFirst()
                .orElseThrow();
    }

    /** A host that is up is told of images once it has said what it has. */
    private void awaitInventories() {
        var nobodys = IMAGE.toBuilder().setSha256("ef".repeat(32)).build();
        eventually(
                "all have told what they have",
                () -> zone.cloud().prefetch(nobodys, List.of()).getAwayList().isEmpty());
    }

    @Test
    void hostsThatAreNamedFetchAnImageAndSayWhetherTheyCould() throws IOException {
        var good = zone.host();
        var other = zone.host();
        var bad = zone.host(ZoneFixture.SMALL_HOST, SimulationPlan.healthy().with(Fault.IMAGE_DAMAGED, 1));
        awaitInventories();
        var answer = zone.cloud().prefetch(IMAGE, List.of(good.id().value(), "host-2", "nobody"));
        assertEquals(List.of(good.id().value(), bad.id().value()), answer.getToldList());
        assertEquals(List.of("nobody"), answer.getUnknownList());
        eventually("it is there", () -> images(good).getCachedList().contains(IMAGE.getSha256()));
        eventually("the other one tells why not", () -> images(bad).getFetchesList().stream()
                .filter(fetch -> fetch.getSha256().equals(IMAGE.getSha256()))
                .anyMatch(fetch -> fetch.getFailure().contains("the image's hash differs")));
        assertFalse(images(other).getCachedList().contains(IMAGE.getSha256()), "it was not told");
        other.agentDies();
        eventually("it is away", () -> zone.cloud()
                .prefetch(IMAGE, List.of())
                .getAwayList()
                .equals(List.of(other.id().value())));
    }

    @Test
    void aLaunchNamesTheHostsThatHaveItsImage() throws IOException {
        var first = new Peer("host-a:1");
        zone.host((id, simulated) -> first.in(simulated));
        eventually("it is told", () -> zone.cloud().prefetch(IMAGE, List.of()).getToldCount() == 1);
        eventually("the first one has it", () -> first.fetched.size() == 1);
        eventually("it is known", () -> zone.cloud().images().getFirst().getCachedCount() == 1);
        var second = new Peer("host-b:1");
        zone.host((id, simulated) -> second.in(simulated));
        // First fit: what is too large for what is left on the first host goes to the second.
        zone.launch(1, 3, 512).getFirst().becomes(Phase.PHASE_RUNNING);
        var launched = zone.launch(1, 3, 512).getFirst();
        launched.becomes(Phase.PHASE_RUNNING);
        var spec = second.fetched.getFirst();
        assertEquals(
                List.of("host-a:1"),
                spec.peers().peers().stream().map(peer -> peer.address()).toList());
        assertNotEquals("", spec.peers().ticket());
        assertEquals(List.of(), first.fetched.getFirst().peers().peers(), "nobody had it");
    }

    /** The simulated images of a host that takes part in giving them. */
    private static final class Peer implements ImageCache {
        private final List<ImageSpec> fetched = new CopyOnWriteArrayList<>();
        private final String address;

        private Peer(String address) {
            this.address = address;
        }

        HostDrivers in(HostDrivers simulated) {
            return new HostDrivers(
                    simulated.hypervisor(),
                    simulated.network(),
                    simulated.disks(),
                    this,
                    simulated.metadata(),
                    simulated.memory());
        }

        @Override
        public String peerAddress() {
            return address;
        }

        @Override
        public CachedBase fetch(ImageSpec image, IntConsumer progress) {
            fetched.add(image);
            return new CachedBase(image.sha256(), Path.of("simulated"), image.format());
        }

        @Override
        public List<String> cached(int limit) {
            return fetched.stream().map(ImageSpec::sha256).distinct().toList();
        }

        @Override
        public long sizeBytes() {
            return 0;
        }
    }
}
