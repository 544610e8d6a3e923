package io.coppice.node.network;

import com.sun.net.httpserver.HttpServer;
import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.NodeConfig;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The network of one host as a program of its own, so that a test can run it inside a namespace: the engine looks at its own
 * devices in /sys, which a thread that only changes its namespace does not see. Reads one order per line, answers with one line.
 */
public final class EngineProcess {
    private static final String WELL = "ok";

    private final NetworkEngine engine;

    private EngineProcess(NetworkEngine engine) {
        this.engine = engine;
    }

    /**
     * Serves until its input ends.
     *
     * @param arguments the folder, then settings of {@code coppice.node} as {@code key=value}
     */
    public static void main(String[] arguments) throws IOException {
        var values = new TreeMap<String, String>();
        for (var each : List.of(arguments).subList(1, arguments.length)) {
            var equals = each.indexOf('=');
            values.put("coppice.node.network." + each.substring(0, equals), each.substring(equals + 1));
        }
        var process = new EngineProcess(engine(config(values), Path.of(arguments[0])));
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = input.readLine(); line != null; line = input.readLine()) {
            System.out.println(process.answer(line.split(" ")));
        }
        // The metadata service's threads would keep it alive.
        System.exit(0);
    }

    private static NetworkEngine engine(NodeConfig.Network config, Path folder) throws IOException {
        return config.mode().equals("system")
                ? new SiteLanEngine(config, folder)
                : LinuxNetworkEngine.onSite(config, folder);
    }

    static NodeConfig.Network config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(NodeConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build()
                .getConfigMapping(NodeConfig.class)
                .network();
    }

    private String answer(String[] order) {
        try {
            return switch (order[0]) {
                case "start" -> start();
                case "ensure" -> ensure(new InstanceId(order[1]), order[2], order.length > 3 ? order[3] : "");
                case "release" -> {
                    engine.release(new InstanceId(order[1]));
                    yield WELL;
                }
                case "repair" -> {
                    engine.repair();
                    yield WELL;
                }
                case "remove" -> {
                    remove();
                    yield WELL;
                }
                case "learned" ->
                    engine.learned().stream()
                            .map(each -> each.mac() + "=" + each.ipv4())
                            .sorted()
                            .collect(Collectors.joining(" "));
                default -> "no such order";
            };
        } catch (IOException | IllegalArgumentException e) {
            return String.valueOf(e.getMessage()).replace('\n', ' ');
        }
    }

    private void remove() throws IOException {
        switch (engine) {
            case SiteLanEngine lan -> lan.removeAll();
            case LinuxNetworkEngine other -> other.removeAll();
            default -> throw new IllegalStateException("no such engine");
        }
    }

    /** Makes the network, and a metadata service that says only from which address it was asked. */
    private String start() throws IOException {
        engine.start();
        var server = HttpServer.create(new InetSocketAddress(engine.metadataAddress(), 8780), 8);
        server.createContext("/", exchange -> {
            var asker = engine.metadataEntry()
                    .whoIs(exchange.getRemoteAddress().getAddress().getHostAddress())
                    .map(MetadataEntry.Guest::privateAddress)
                    .orElse("nobody")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, asker.length);
            exchange.getResponseBody().write(asker);
            exchange.close();
        });
        server.start();
        return WELL;
    }

    private String ensure(InstanceId instance, String mac, String address) throws IOException {
        var endpoint = NetworkEndpoint.newBuilder()
                .setNetworkInterfaceId("eni-" + instance.value().substring(2))
                .setMac(mac)
                .setPrivateIpv4(address)
                .build();
        var made = engine.ensure(instance, List.of(endpoint)).getFirst();
        return made.tap() + " " + made.bridge() + " " + made.mtu();
    }
}
