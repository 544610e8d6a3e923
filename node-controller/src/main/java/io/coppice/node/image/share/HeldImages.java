package io.coppice.node.image.share;

import java.io.IOException;
import java.util.Optional;

/** The images of this host. Thread-safe. */
@FunctionalInterface
public interface HeldImages {
    /**
     * The image with this hash, to be closed; empty when nothing of it is here.
     *
     * @param sha256 whatever somebody asked for
     */
    Optional<HeldImage> hold(String sha256) throws IOException;
}
