package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A database server that answers every transaction with the same text, whatever was asked. */
final class FakeDatabase implements AutoCloseable {
    private final ServerSocketChannel server;
    private final OvsdbAddress address;
    private final String answer;
    private final List<JsonNode> messages = new CopyOnWriteArrayList<>();

    private FakeDatabase(ServerSocketChannel server, OvsdbAddress address, String answer) {
        this.server = server;
        this.address = address;
        this.answer = answer;
    }

    /** Listens in the folder; an empty answer is none at all. */
    static FakeDatabase in(Path folder, String answer) throws IOException {
        var socket = folder.resolve("fake.sock");
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        var fake = new FakeDatabase(server, OvsdbAddress.parse("test", "unix:" + socket), answer);
        Thread.ofVirtual().start(fake::serve);
        return fake;
    }

    private void serve() {
        while (server.isOpen()) {
            try (var channel = server.accept()) {
                serve(channel);
            } catch (IOException e) {
                // The client or the test ended it.
            }
        }
    }

    private void serve(SocketChannel channel) throws IOException {
        var json = JsonMapper.builder().build();
        try (var messagesOfClient = json.readerFor(JsonNode.class).readValues(Channels.newInputStream(channel))) {
            while (messagesOfClient.hasNextValue()) {
                messages.add((JsonNode) messagesOfClient.nextValue());
                Channels.newOutputStream(channel).write(answer.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    OvsdbAddress address() {
        return address;
    }

    /** What clients sent. */
    List<JsonNode> messages() {
        return messages;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
