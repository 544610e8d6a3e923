package io.coppice.cluster.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.secret.ImageTicket;
import io.coppice.proto.compute.v1.ImagePeer;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.Hello;
import io.coppice.proto.node.v1.ImageFetch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** If this failed, hosts would wait for each other in a circle, all ask one host, or ask hosts that have nothing. */
class ImagePlacesTest {
    private static final String SHA256 = "ab".repeat(32);
    private static final ImageReference IMAGE =
            ImageReference.newBuilder().setSha256(SHA256).setUrl("http://store").build();

    private final ImagePlaces places = new ImagePlaces();
    private long now = 1_000_000;

    private HostRecord host() {
        var id = NodeId.random();
        return host(id, "host-" + id.value() + ":1");
    }

    private HostRecord host(NodeId id, String address) {
        var host = new HostRecord(id);
        host.begin(Hello.newBuilder().setImagePeerAddress(address).build(), message -> {}, now);
        host.inventoried();
        return host;
    }

    private List<String> peers(HostRecord host) {
        return places.offer(host, IMAGE, now).getPeersList().stream()
                .map(ImagePeer::getNodeId)
                .toList();
    }

    private void has(HostRecord host) {
        places.heard(host, Heartbeat.newBuilder().addCachedImages(SHA256).build(), now);
    }

    private void fetches(HostRecord host, String failure) {
        var fetch = ImageFetch.newBuilder().setSha256(SHA256).setPercent(3).setFailure(failure);
        places.heard(host, Heartbeat.newBuilder().addImageFetches(fetch).build(), now);
    }

    @Test
    void twoHundredHostsThatBeginAtOnceMakeATreeWithOneRoot() {
        var order = new ArrayList<String>();
        var first = new HashMap<String, Integer>();
        var depths = new HashMap<String, Integer>();
        for (int i = 0; i < 200; i++) {
            var host = host();
            var peers = peers(host);
            assertTrue(order.containsAll(peers), "nobody asks a host that began later");
            assertEquals(Math.min(i, 3), peers.size());
            if (!peers.isEmpty()) {
                first.merge(peers.getFirst(), 1, Integer::sum);
            }
            depths.put(host.id().value(), peers.isEmpty() ? 0 : depths.getOrDefault(peers.getFirst(), -9) + 1);
            order.add(host.id().value());
        }
        assertEquals(1, depths.values().stream().filter(depth -> depth == 0).count(), "one asks the store");
        assertEquals(
                4, first.values().stream().mapToInt(Integer::intValue).max().orElseThrow());
        assertEquals(
                4, depths.values().stream().mapToInt(Integer::intValue).max().orElseThrow(), "levels");
    }

    @Test
    void whoHasItWholeIsAskedBeforeWhoFetchesItAndWhoIsDoneMakesRoom() {
        var whole = host();
        has(whole);
        var takers = IntStream.range(0, 5).mapToObj(i -> host()).toList();
        var asked = takers.stream().map(taker -> peers(taker).getFirst()).toList();
        assertEquals(List.of(id(whole), id(whole), id(whole), id(whole)), asked.subList(0, 4));
        assertEquals(id(takers.getFirst()), asked.getLast(), "four ask it already");
        has(takers.get(1));
        assertEquals(id(whole), peers(host()).getFirst(), "one of the four is done");
        assertEquals(id(takers.get(1)), peers(host()).getFirst(), "and gives it to others");
        assertEquals(List.of(), peers(takers.get(1)), "it needs nobody");
    }

    @Test
    void whoIsAwayEvictedItOrGaveUpIsNotAsked() {
        var left = host();
        has(left);
        var evicted = host();
        has(evicted);
        var failed = host();
        assertNotEquals(List.of(), peers(failed));
        left.leave();
        places.heard(evicted, Heartbeat.getDefaultInstance(), now);
        assertEquals(List.of(id(failed)), peers(host()));
        fetches(failed, "no space");
        now += 31_000;
        fetches(failed, "no space");
        assertFalse(peers(host()).contains(id(failed)));
    }

    @Test
    void aHostThatSaysNothingOfAnImageIsForgottenAfterAWhile() {
        var told = host();
        assertEquals(List.of(), peers(told));
        places.heard(told, Heartbeat.getDefaultInstance(), now);
        assertEquals(List.of(id(told)), peers(host()), "it is about to begin");
        now += 31_000;
        fetches(told, "");
        assertTrue(peers(host()).contains(id(told)), "it fetches");
        now += 31_000;
        places.heard(told, Heartbeat.getDefaultInstance(), now);
        assertFalse(peers(host()).contains(id(told)));
    }

    @Test
    void whoTakesNoPartIsToldNothingAndATicketIsForOneHostAndImage() {
        has(host());
        assertEquals(IMAGE, places.offer(host(NodeId.random(), ""), IMAGE, now));
        var taker = host();
        var offered = places.offer(taker, IMAGE, now);
        assertTrue(ImageTicket.isGood(offered.getPeerTicket(), places.ticketKey(), id(taker), SHA256));
        assertFalse(ImageTicket.isGood(offered.getPeerTicket(), places.ticketKey(), id(host()), SHA256));
        assertFalse(ImageTicket.isGood(offered.getPeerTicket(), places.ticketKey(), id(taker), "cd".repeat(32)));
        assertFalse(ImageTicket.isGood(offered.getPeerTicket(), new ImagePlaces().ticketKey(), id(taker), SHA256));
    }

    private static String id(HostRecord host) {
        return host.id().value();
    }
}
