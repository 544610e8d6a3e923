package io.coppice.ebs.rbd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may open the images of a pool. Whoever may no longer is put on the cluster's blocklist, wherever he is, and does not find
 * the image again. Thread-safe. Source: rbd(8), "osd blocklist" of ceph(8).
 */
final class RbdAccess {
    private static final String QUIET = "--no-progress";
    /** Longer than any machine that was cut off waits for its network; then the cluster forgets the address. */
    private static final String CUT_OFF_SECONDS = String.valueOf(30L * 24 * 3600);

    private static final int ROUNDS = 16;

    private final CephTools tools;
    private final RbdNames names;
    /** Programs of ours that have an image open for long. */
    private final Map<String, Process> flattening = new ConcurrentHashMap<>();

    RbdAccess(CephTools tools, RbdNames names) {
        this.tools = tools;
        this.names = names;
    }

    /**
     * Copies what lies below an image into it; takes as long as there is data. Its user goes on meanwhile. Ended by {@link
     * #cutOff}, then to be done again.
     */
    void flatten(String image) throws IOException {
        try {
            tools.rbdForLong(process -> flattening.put(image, process), "flatten", QUIET, names.spec(image));
        } catch (CephRefusal e) {
            // It may have been done before, by who was cut off before he could say so.
            if (tools.askJson("info", names.spec(image)).hasNonNull("parent")) {
                throw e;
            }
        } finally {
            flattening.remove(image);
        }
    }

    /** Ends the access of everybody who has the image open; none of their writes is carried out when this returns. */
    void cutOff(String image) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            // First: a program of ours that Ceph does not answer any more need not end by itself.
            var ended = endFlattening(image);
            var watchers = watchers(image);
            if (watchers.isEmpty() && !ended) {
                return;
            }
            for (var address : watchers) {
                tools.ceph("osd", "blocklist", "add", address, CUT_OFF_SECONDS);
            }
        }
        throw new IOException(image + " is opened again and again by somebody else");
    }

    /**
     * Has a volume be found, by the name that was made for this grant, by who opens it himself, and by nobody who had it before: these
     * can neither write to it nor open it. Does nothing when it was done before.
     */
    void handOut(String volume, String grant) throws IOException {
        var name = RbdNames.of(volume, grant);
        if (!names.of(volume).equals(name)) {
            takeBack(volume);
            rename(volume, name);
        }
    }

    boolean isHandedOut(String volume) {
        return names.isHandedOut(volume);
    }

    /** As {@link #cutOff}, for good: who was handed a volume does not find it any more either. */
    void takeBack(String volume) throws IOException {
        cutOff(volume);
        if (names.isHandedOut(volume)) {
            rename(volume, volume);
            // Who opened it in between, by the name that it had.
            cutOff(volume);
        }
    }

    private void rename(String volume, String name) throws IOException {
        tools.rbd("rename", names.spec(volume), tools.pool().pool() + "/" + name);
        names.learn(name);
    }

    /** Whether there was anything to end. */
    private boolean endFlattening(String image) {
        var process = flattening.get(image);
        if (process == null || !process.isAlive()) {
            return false;
        }
        // It need not be waited for: what it may still write is cut off with the rest.
        process.destroyForcibly();
        return true;
    }

    /** Who has the image open for writing, as Ceph names clients. */
    private List<String> watchers(String image) throws IOException {
        var addresses = new ArrayList<String>();
        for (var each : statusOf(image).path("watchers")) {
            addresses.add(each.path("address").asText());
        }
        return addresses;
    }

    private JsonNode statusOf(String image) throws IOException {
        try {
            return tools.askJson("status", names.spec(image));
        } catch (CephRefusal e) {
            if (e.isMissing()) {
                if (names.find(image)) {
                    return statusOf(image);
                }
                return MissingNode.getInstance();
            }
            throw e;
        }
    }
}
