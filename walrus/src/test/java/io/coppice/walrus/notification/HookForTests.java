package io.coppice.walrus.notification;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server that takes what is posted to it, or refuses as often as it is told to. */
final class HookForTests implements AutoCloseable {
    private static final int NO_CONTENT = 204;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final AtomicInteger toRefuse = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile String authorization = "";

    HookForTests() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::take);
        server.start();
    }

    Destination destination(Optional<String> token) {
        var address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        return new Webhook(address, token, Duration.ofSeconds(60));
    }

    void refuse(int times) {
        toRefuse.set(times);
    }

    int refused() {
        return refused.get();
    }

    List<String> bodies() {
        return List.copyOf(bodies);
    }

    String authorization() {
        return authorization;
    }

    private void take(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        var refuses = toRefuse.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        if (refuses) {
            refused.incrementAndGet();
        } else {
            bodies.add(body);
        }
        exchange.sendResponseHeaders(refuses ? UNAVAILABLE : NO_CONTENT, -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
