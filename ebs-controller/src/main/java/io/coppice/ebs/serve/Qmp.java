package io.coppice.ebs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A conversation with a QEMU process in its Machine Protocol. Source: docs/interop/qmp-spec.txt of QEMU. For one thread;
 * ends after a time limit, whatever the process does.
 */
final class Qmp implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final BufferedReader lines;
    private final CompletableFuture<Void> limit;

    private Qmp(SocketChannel channel, Duration limit) {
        this.channel = channel;
        this.lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        // In a thread of its own: the common pool may be busy just when something hangs.
        this.limit = CompletableFuture.runAsync(
                this::hangUp,
                CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS, Thread::startVirtualThread));
    }

    /** Begins a conversation that lasts {@code limit} at most. */
    static Qmp open(Path socket, Duration limit) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        var qmp = new Qmp(channel, limit);
        var complete = false;
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            qmp.execute("qmp_capabilities", Map.of());
            complete = true;
            return qmp;
        } finally {
            if (!complete) {
                qmp.close();
            }
        }
    }

    /** What the process returns to a command. Throws {@link QmpRefusal} with its words when it refuses. */
    JsonNode execute(String command, Map<String, ?> arguments) throws IOException {
        var text = JSON.writeValueAsString(Map.of("execute", command, "arguments", arguments)) + "\n";
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        while (true) {
            var line = lines.readLine();
            if (line == null) {
                throw new IOException("the storage daemon hung up on " + command);
            }
            var answer = JSON.readTree(line);
            if (answer.has("return")) {
                return answer.get("return");
            }
            if (answer.has("error")) {
                throw new QmpRefusal(command, answer.path("error").path("desc").asText());
            }
            // A greeting or an event.
        }
    }

    private void hangUp() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("a conversation with a storage daemon does not end", e);
        }
    }

    @Override
    public void close() throws IOException {
        limit.cancel(false);
        channel.close();
    }
}
