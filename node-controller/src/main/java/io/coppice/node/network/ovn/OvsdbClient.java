package io.coppice.node.network.ovn;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Transactions with one database of Open vSwitch or OVN, each on a connection of its own: JSON-RPC over a socket, an answer of at
 * most 64 MiB. Thread-safe. Source: RFC 7047.
 */
final class OvsdbClient {
    private static final long MAXIMUM_ANSWER_BYTES = 64 << 20;
    private static final int MOST_STRANGE_MESSAGES = 16;
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxDocumentLength(MAXIMUM_ANSWER_BYTES)
                        .build());
    }

    private final OvsdbAddress address;
    private final String database;
    private final Duration limit;

    /**
     * A client that waits for answers no longer than {@code limit}.
     *
     * @param database as the server names it, for example OVN_Northbound
     */
    OvsdbClient(OvsdbAddress address, String database, Duration limit) {
        this.address = address;
        this.database = database;
        this.limit = limit;
    }

    /**
     * Carries out all of the operations or none; what each answered. Throws {@link OvsdbException} when the database refuses,
     * {@link IOException} when it does not answer.
     */
    List<JsonNode> transact(List<JsonNode> operations) throws IOException {
        var call = JSON.createObjectNode();
        var parameters = call.put("method", "transact").put("id", 1).putArray("params");
        parameters.add(database).addAll(operations);
        try (var channel = SocketChannel.open(address.socket())) {
            var end = CompletableFuture.runAsync(
                    () -> close(channel), CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS));
            try {
                return results(exchange(channel, call));
            } finally {
                end.cancel(false);
            }
        } catch (ClosedChannelException e) {
            throw new IOException("%s did not answer within %s".formatted(this, limit), e);
        } catch (OvsdbException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("%s cannot be asked: %s".formatted(this, e.getMessage()), e);
        }
    }

    private static JsonNode exchange(SocketChannel channel, JsonNode call) throws IOException {
        var output = Channels.newOutputStream(channel);
        output.write(JSON.writeValueAsBytes(call));
        try (var parser = JSON.createParser(Channels.newInputStream(channel))) {
            for (int i = 0; i < MOST_STRANGE_MESSAGES; i++) {
                var message = next(parser);
                if (message.path("method").asText().equals("echo")) {
                    echo(output, message);
                } else if (message.path("id").asInt() == 1) {
                    return message;
                }
            }
        }
        throw new IOException("it says much, but does not answer");
    }

    private static JsonNode next(JsonParser parser) throws IOException {
        if (parser.nextToken() == null) {
            throw new IOException("it closed the connection");
        }
        return JSON.readTree(parser);
    }

    /** The server looks whether its client lives. Source: RFC 7047, section 4.1.11. */
    private static void echo(OutputStream output, JsonNode message) throws IOException {
        var answer = JSON.createObjectNode();
        answer.set("id", message.path("id"));
        answer.set("result", message.path("params"));
        answer.putNull("error");
        output.write(JSON.writeValueAsBytes(answer));
    }

    private List<JsonNode> results(JsonNode answer) throws IOException {
        if (!(answer.path("result") instanceof ArrayNode results)) {
            throw new IOException("it answered " + answer.path("error"));
        }
        var all = new ArrayList<JsonNode>();
        for (var result : results) {
            if (result.has("error")) {
                throw new OvsdbException(
                        toString(),
                        result.path("error").asText(),
                        result.path("details").asText());
            }
            all.add(result);
        }
        return all;
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "%s at %s".formatted(database, address.text());
    }
}
