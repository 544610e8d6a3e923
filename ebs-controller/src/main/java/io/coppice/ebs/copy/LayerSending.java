package io.coppice.ebs.copy;

import io.coppice.ebs.volume.Transactions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.function.BooleanSupplier;

/** Sends layers, and writes down how far that is, so that the next start goes on with the piece that this one was at. */
record LayerSending(Transactions transactions, CopyBook book, LayerCourier courier, BooleanSupplier stopping) {
    /** Opens what a layer holds. */
    @FunctionalInterface
    interface Opening {
        LayerContent open() throws IOException;
    }

    /**
     * Copies a layer unless that was done; returns the checksum of its manifest.
     *
     * @param plan all of it but its pieces; the same whenever the layer is sent
     */
    String send(LayerManifest plan, Opening opening) throws IOException {
        var layer = plan.layer();
        var known = transactions.call(session -> book.begin(session, layer, plan.below(), plan.bytes()));
        if (known.isWhole()) {
            return known.manifestSha256();
        }
        try (var content = opening.open()) {
            var sum = courier.send(plan, content, known.chunksDone(), (chunks, written) -> {
                transactions.call(session -> {
                    book.reached(session, layer, chunks, written);
                    return true;
                });
                if (stopping.getAsBoolean()) {
                    throw new InterruptedIOException("the EBS controller stops");
                }
            });
            transactions.call(session -> {
                book.finish(session, layer, sum);
                return true;
            });
            return sum;
        }
    }
}
