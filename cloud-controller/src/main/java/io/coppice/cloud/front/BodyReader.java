package io.coppice.cloud.front;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/**
 * Reads small bodies whole.
 *
 * @param maxBytes what is longer is read and dropped, so that the client gets to read the answer
 */
record BodyReader(int maxBytes) {
    void read(HttpServerRequest request, Consumer<Buffer> whole, Runnable tooLarge) {
        if (request.getHeader("Expect") != null) {
            request.response().writeContinue();
        }
        var collected = Buffer.buffer();
        request.handler(chunk -> {
            if (collected.length() <= maxBytes) {
                collected.appendBuffer(chunk);
            }
        });
        request.endHandler(end -> {
            if (collected.length() > maxBytes) {
                tooLarge.run();
            } else {
                whole.accept(collected);
            }
        });
        request.resume();
    }
}
