package io.coppice.walrus.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, clients that keep their connections without using them would take the server's memory, or its threads from
 * those that do. Takes 20,000 file descriptors of the machine, half of them of this process.
 */
@Tag("full")
class IdleConnectionsTest {
    private static final int CONNECTIONS = 10_000;
    private static final long MOST_BYTES = 200L << 20;
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int BUFFER_BYTES = 8 * 1024;

    @TempDir
    Path folder;

    @Test
    void tenThousandThatIdleTakeLittleMemory() throws Exception {
        var open = new ArrayList<Socket>();
        try (var postgres = EmbeddedPostgres.builder().start();
                var walrus = WalrusProcess.start(WalrusFixture.database(postgres), folder)) {
            for (int i = 0; i < CONNECTIONS / 10; i++) {
                try (var once = connect(walrus.endpoint())) {
                    ask(once);
                }
            }
            var before = walrus.residentBytes();
            for (int i = 0; i < CONNECTIONS; i++) {
                open.add(connect(walrus.endpoint()));
                ask(open.getLast());
            }
            var added = walrus.residentBytes() - before;
            assertTrue(added < MOST_BYTES, CONNECTIONS + " idle connections take " + (added >> 20) + " MiB");
            for (var each : List.of(open.getFirst(), open.get(CONNECTIONS / 2), open.getLast())) {
                ask(each);
            }
        } finally {
            for (var each : open) {
                each.close();
            }
        }
    }

    private static Socket connect(URI endpoint) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(endpoint.getHost(), endpoint.getPort()), TIMEOUT_MILLIS);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** A request that nobody signed, which is refused; the connection is kept. */
    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("HEAD /nowhere/key HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        var buffer = new byte[BUFFER_BYTES];
        while (answer.indexOf("\r\n\r\n") < 0) {
            var count = socket.getInputStream().read(buffer);
            assertTrue(count > 0, "the connection was not kept");
            answer.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
        }
        assertEquals("HTTP/1.1 40", answer.substring(0, 11));
    }
}
