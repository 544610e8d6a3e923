package io.coppice.ebs.rbd;

import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the images of volumes are called now. A volume that was handed out to whoever opens it himself has a name that was made for
 * him: it is taken from it when he may have it no longer, so that he finds nothing when he opens it again, however late. All
 * other images have their ids as names. Thread-safe.
 */
final class RbdNames {
    private static final char MARK = '.';

    private final CephTools tools;
    /** Of volumes that are handed out. */
    private final Map<String, String> handedOut = new ConcurrentHashMap<>();

    RbdNames(CephTools tools) {
        this.tools = tools;
    }

    /** The name of a volume for who was given {@code grant}. */
    static String of(String volume, String grant) {
        return volume + MARK + grant;
    }

    /** The id of what has this name. */
    static String id(String name) {
        var mark = name.indexOf(MARK);
        return mark < 0 ? name : name.substring(0, mark);
    }

    /** The name of an image, by its id. */
    String of(String id) {
        return handedOut.getOrDefault(id, id);
    }

    /** An image, by its id, as programs of Ceph are told of it. */
    String spec(String id) {
        return tools.pool().pool() + "/" + of(id);
    }

    boolean isHandedOut(String id) {
        return handedOut.containsKey(id);
    }

    /** An image has this name. */
    void learn(String name) {
        var id = id(name);
        if (id.equals(name)) {
            handedOut.remove(id);
        } else {
            handedOut.put(id, name);
        }
    }

    /** Looks into the pool what an image is called that is not there by the name that is known. Whether it has another one. */
    boolean find(String id) throws IOException {
        if (!id.startsWith(VolumeId.PREFIX)) {
            // Snapshots are handed out to nobody.
            return false;
        }
        Optional<String> found = Optional.empty();
        for (var each : tools.askJsonForLong("ls", tools.pool().pool())) {
            if (id(each.asText()).equals(id)) {
                found = Optional.of(each.asText());
            }
        }
        if (found.isEmpty() || found.get().equals(of(id))) {
            return false;
        }
        learn(found.get());
        return true;
    }
}
