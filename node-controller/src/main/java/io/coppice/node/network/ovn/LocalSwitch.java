package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * This host's Open vSwitch, which OVN's controller on this host fills with flows: guests' devices are plugged into its integration
 * bridge. Thread-safe. Source: ovs-vswitchd.conf.db(5), ovn-controller(8), "Configuration".
 */
final class LocalSwitch {
    private static final String USUAL_BRIDGE = "br-int";
    private static final String SWITCH = "Open_vSwitch";
    private static final String MARKS = "external_ids";
    private static final String OWNER = "coppice-engine";
    private static final long POLL_NANOS = 15_000_000;

    private final OvsdbClient database;
    private final String owner;

    /**
     * The host's switch.
     *
     * @param owner marks what is ours among several clouds of one host
     */
    LocalSwitch(OvsdbClient database, String owner) {
        this.database = database;
        this.owner = owner;
    }

    /**
     * How OVN knows this host.
     *
     * @param chassis its name
     * @param tunnelAddress where other hosts send to
     * @param bridge the integration bridge
     */
    record Chassis(String chassis, String tunnelAddress, String bridge) {}

    /** Reads that; throws with what is to be done when OVN's controller was not set up on this host. */
    Chassis chassis() throws IOException {
        var row = database.transact(List.of(Ovsdb.select(SWITCH, Ovsdb.everywhere(), MARKS)))
                .getFirst()
                .path("rows")
                .path(0);
        var marks = Ovsdb.entries(row.path(MARKS));
        for (var key : List.of("system-id", "ovn-remote", "ovn-encap-ip")) {
            if (!marks.containsKey(key)) {
                throw new IOException(
                        "%s has no external_ids:%s: OVN's controller was not set up on this host (ovs-vsctl set open . external-ids:%s=…)"
                                .formatted(database, key, key));
            }
        }
        return new Chassis(
                Objects.requireNonNull(marks.get("system-id")),
                Objects.requireNonNull(marks.get("ovn-encap-ip")),
                marks.getOrDefault("ovn-bridge", USUAL_BRIDGE));
    }

    /** Ports of ours: the logical port by the device. */
    Map<String, String> ports() throws IOException {
        var ports = new TreeMap<String, String>();
        for (var row : ours()) {
            ports.put(row.path("name").asText(), Ovsdb.entries(row.path(MARKS)).getOrDefault("iface-id", ""));
        }
        return ports;
    }

    private JsonNode ours() throws IOException {
        var marked = Ovsdb.where(MARKS, "includes", Ovsdb.map(Map.of(OWNER, owner)));
        return database.transact(List.of(Ovsdb.select("Interface", marked, "name", MARKS)))
                .getFirst()
                .path("rows");
    }

    /** Plugs devices in, by which logical port each is; those that are plugged in as others are pulled out before. */
    void plug(String bridge, Map<String, String> devices) throws IOException {
        var present = ports();
        var operations = new ArrayList<JsonNode>();
        devices.forEach((device, port) -> {
            if (present.containsKey(device) && !port.equals(present.get(device))) {
                operations.addAll(renamed(device, port));
            } else if (!present.containsKey(device)) {
                operations.addAll(added(bridge, device, port, "p" + operations.size()));
            }
        });
        if (!operations.isEmpty()) {
            operations.addAll(reconfigured());
            database.transact(operations);
        }
    }

    private List<JsonNode> renamed(String device, String port) {
        return List.of(
                Ovsdb.update("Interface", Ovsdb.where("name", "==", Ovsdb.text(device)), Map.of(MARKS, marks(port))));
    }

    private List<JsonNode> added(String bridge, String device, String port, String name) {
        return List.of(
                Ovsdb.insert("Interface", "i" + name, Map.of("name", Ovsdb.text(device), MARKS, marks(port))),
                Ovsdb.insert(
                        "Port",
                        name,
                        Map.of(
                                "name",
                                Ovsdb.text(device),
                                "interfaces",
                                Ovsdb.named("i" + name),
                                MARKS,
                                Ovsdb.map(Map.of(OWNER, owner)))),
                Ovsdb.mutate(
                        "Bridge",
                        Ovsdb.where("name", "==", Ovsdb.text(bridge)),
                        "ports",
                        "insert",
                        Ovsdb.set(List.of(Ovsdb.named(name)))));
    }

    private JsonNode marks(String port) {
        return Ovsdb.map(Map.of("iface-id", port, OWNER, owner));
    }

    /** The switch looks at its database when this number rises. */
    private static List<JsonNode> reconfigured() {
        return List.of(Ovsdb.mutate(SWITCH, Ovsdb.everywhere(), "next_cfg", "+=", Ovsdb.number(1)));
    }

    /** Pulls out those of ours that are named; devices of the kernel stay. */
    void unplug(String bridge, List<String> devices) throws IOException {
        if (devices.isEmpty()) {
            return;
        }
        var marked = Ovsdb.where(MARKS, "includes", Ovsdb.map(Map.of(OWNER, owner)));
        var rows = database.transact(List.of(Ovsdb.select("Port", marked, "_uuid", "name")))
                .getFirst()
                .path("rows");
        var byName = new HashMap<String, JsonNode>();
        rows.forEach(row -> byName.put(row.path("name").asText(), row.path("_uuid")));
        var gone = devices.stream().map(byName::get).filter(Objects::nonNull).toList();
        if (!gone.isEmpty()) {
            var operations = new ArrayList<JsonNode>();
            operations.add(Ovsdb.mutate(
                    "Bridge", Ovsdb.where("name", "==", Ovsdb.text(bridge)), "ports", "delete", Ovsdb.set(gone)));
            operations.addAll(reconfigured());
            database.transact(operations);
        }
    }

    /** Waits until OVN's controller on this host has carried out this change of the northbound database. */
    void await(String bridge, int change, Duration limit) throws IOException {
        var end = System.nanoTime() + limit.toNanos();
        while (reached(bridge) < change) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "OVN has not carried out change %d on this host within %s: do ovn-northd and ovn-controller run?"
                                .formatted(change, limit));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private long reached(String bridge) throws IOException {
        var row = database.transact(
                        List.of(Ovsdb.select("Bridge", Ovsdb.where("name", "==", Ovsdb.text(bridge)), MARKS)))
                .getFirst()
                .path("rows")
                .path(0);
        return Long.parseLong(Ovsdb.entries(row.path(MARKS)).getOrDefault("ovn-nb-cfg", "0"));
    }

    /** Waits until packets pass by the device as its logical port says. */
    void awaitInstalled(List<String> devices, Duration limit) throws IOException {
        var end = System.nanoTime() + limit.toNanos();
        while (!isInstalled(devices)) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "OVN's controller has not taken over %s within %s: does ovn-controller run on this host?"
                                .formatted(devices, limit));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean isInstalled(List<String> devices) throws IOException {
        var left = new ArrayList<>(devices);
        for (var row : ours()) {
            if (Ovsdb.entries(row.path(MARKS)).getOrDefault("ovn-installed", "").equals("true")) {
                left.remove(row.path("name").asText());
            }
        }
        return left.isEmpty();
    }
}
