package io.coppice.node.network.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.node.network.NetworkEngine.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * What each interface of a VPC has carried on this host, for whoever meters it. The kernel counts by device, and begins anew with each
 * start of a guest; here it goes on, over restarts of this process too. Kept in a file in the text format of Prometheus. What passed
 * between the last look and the end of a device is not counted. Not thread-safe.
 */
final class TrafficCounters {
    private static final Logger LOG = Logger.getLogger(TrafficCounters.class);
    private static final int MOST = 8192;
    private static final Pattern COUNT =
            Pattern.compile("(coppice_interface_\\w+|# device \\w+)\\{interface=\"(eni-[0-9a-f]+)\"\\} (\\d+)");

    private final Path file;
    private final Map<String, Traffic> totals = new TreeMap<>();
    /** What the kernel said last of each interface's device. */
    private final Map<String, Traffic> devices = new HashMap<>();

    TrafficCounters(Path file) {
        this.file = file;
    }

    /** Reads what was kept; without it, counting begins anew. */
    void load() {
        try {
            if (Files.exists(file)) {
                var lines = Files.readAllLines(file);
                read(lines, "coppice_interface_", totals);
                read(lines, "# device ", devices);
            }
        } catch (IOException e) {
            LOG.warnf(e, "%s cannot be read: counting begins anew", file);
        }
    }

    private static void read(List<String> lines, String prefix, Map<String, Traffic> into) {
        var values = new HashMap<String, Map<String, Long>>();
        for (var line : lines) {
            var count = COUNT.matcher(line);
            if (count.matches() && count.group(1).startsWith(prefix)) {
                values.computeIfAbsent(count.group(2), any -> new HashMap<>())
                        .put(count.group(1).substring(prefix.length()), Long.valueOf(count.group(3)));
            }
        }
        values.forEach((id, each) -> into.put(
                id,
                new Traffic(
                        each.getOrDefault("receive_bytes_total", 0L),
                        each.getOrDefault("receive_packets_total", 0L),
                        each.getOrDefault("transmit_bytes_total", 0L),
                        each.getOrDefault("transmit_packets_total", 0L))));
    }

    /** Counts on, by what the kernel says of these devices now. */
    void look(Namespace inside, List<LocalInterface> locals) throws IOException {
        var byName = new HashMap<String, JsonNode>();
        inside.askLinkStatistics()
                .forEach(link -> byName.put(link.path("ifname").asText(), link.path("stats64")));
        for (var local : locals) {
            var statistics = byName.get(local.tap());
            var id = local.endpoint().getNetworkInterfaceId();
            if (statistics != null && (totals.containsKey(id) || totals.size() < MOST)) {
                count(id, traffic(statistics));
            }
        }
        keep();
    }

    private void count(String id, Traffic now) {
        var before = devices.put(id, now);
        var fresh = before == null
                || now.receivedPackets() < before.receivedPackets()
                || now.sentPackets() < before.sentPackets();
        totals.merge(id, fresh ? now : now.minus(before), Traffic::plus);
    }

    /** What the device sends is what the guest receives. */
    private static Traffic traffic(JsonNode statistics) {
        return new Traffic(
                statistics.path("tx").path("bytes").asLong(),
                statistics.path("tx").path("packets").asLong(),
                statistics.path("rx").path("bytes").asLong(),
                statistics.path("rx").path("packets").asLong());
    }

    /** By interface, those of guests that have left too. */
    Map<String, Traffic> totals() {
        return Map.copyOf(totals);
    }

    private void keep() throws IOException {
        var text = lines("coppice_interface_", totals) + lines("# device ", devices);
        if (!text.isEmpty()) {
            Files.createDirectories(file.getParent());
            var unfinished = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(unfinished, text);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String lines(String prefix, Map<String, Traffic> all) {
        return all.entrySet().stream()
                .map(each -> """
                        %1$sreceive_bytes_total{interface="%2$s"} %3$d
                        %1$sreceive_packets_total{interface="%2$s"} %4$d
                        %1$stransmit_bytes_total{interface="%2$s"} %5$d
                        %1$stransmit_packets_total{interface="%2$s"} %6$d
                        """.formatted(
                                prefix,
                                each.getKey(),
                                each.getValue().receivedBytes(),
                                each.getValue().receivedPackets(),
                                each.getValue().sentBytes(),
                                each.getValue().sentPackets()))
                .collect(Collectors.joining());
    }
}
