package io.coppice.cloud.compute;

import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.place.ZoneHealth;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/**
 * Chooses among several zones: the one that the request names, else that of the subnet or interface that it names, else of those
 * where the account has a default subnet the one with most room as far as hosts have reported. A zone that is impaired comes last.
 * A cloud with one zone is asked nothing. Thread-safe.
 */
final class RoomiestZone implements LaunchZones {
    /** Free processors by zone, less those of launches that no host has been found for yet. */
    private static final String ROOM = """
            select h.zone, sum(greatest(h.vcpus - h.used_vcpus, 0)) - coalesce(max(w.vcpus), 0),
                bool_or(h.vcpus - h.used_vcpus >= ? and h.memory_mib - h.used_memory_mib >= ?)
            from hosts h
                left join (select zone, sum(vcpus) as vcpus from instances
                    where not settled and node_id = '' and state = 'PENDING' group by zone) w on w.zone = h.zone
            where h.state = 'UP' group by h.zone""";

    private static final String OF_SUBNET = "select zone from subnets where id = ? and account_id = ?";
    private static final String OF_INTERFACE = "select zone from network_interfaces where id = ? and account_id = ?";
    private static final String WITH_DEFAULT_SUBNET =
            "select zone from subnets where account_id = ? and default_for_zone";
    private static final Room NONE = new Room(0, false);

    private final Database database;
    private final Zones zones;
    private final ZoneHealth health;
    private final InstanceTypes types;

    RoomiestZone(Database database, Zones zones, ZoneHealth health, InstanceTypes types) {
        this.database = database;
        this.zones = zones;
        this.health = health;
        this.types = types;
    }

    private record Room(long vcpus, boolean fits) {}

    @Override
    public String of(AccountId account, RunInstancesRequest request) {
        var named = LaunchZones.named(request);
        if (!named.isEmpty()) {
            return zones.find(named).orElseThrow(() -> LaunchZones.unknown(named, String.join(", ", zones.all())));
        }
        return zones.one() ? zones.standard() : database.read(entities -> chosen(entities, account, request));
    }

    private String chosen(EntityManager entities, AccountId account, RunInstancesRequest request) {
        var subnet = request.subnetId() == null
                ? request.networkInterfaces().stream()
                        .map(each -> each.subnetId())
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse("")
                : request.subnetId();
        if (!subnet.isEmpty()) {
            return zoneOf(entities, OF_SUBNET, subnet, account);
        }
        var present = request.networkInterfaces().stream()
                .map(each -> each.networkInterfaceId())
                .filter(Objects::nonNull)
                .findFirst();
        return present.isPresent()
                ? zoneOf(entities, OF_INTERFACE, present.get(), account)
                : roomiest(entities, account, request);
    }

    /** What is not there is refused later, whatever the zone. */
    private String zoneOf(EntityManager entities, String query, String id, AccountId account) {
        return PlainSql.query(entities, query, row -> row.getString(1), id, account.value()).stream()
                .findFirst()
                .orElse(zones.standard());
    }

    private String roomiest(EntityManager entities, AccountId account, RunInstancesRequest request) {
        var candidates = candidates(entities, account);
        var room = room(entities, types.require(LaunchParser.type(request)));
        return candidates.stream()
                .min(Comparator.<String, Boolean>comparing(health::impaired)
                        .thenComparing(zone -> !room.getOrDefault(zone, NONE).fits())
                        .thenComparing(zone -> -room.getOrDefault(zone, NONE).vcpus())
                        .thenComparing(Comparator.naturalOrder()))
                .orElse(zones.standard());
    }

    /** An account that has no default subnet yet gets one in every zone with its first launch. */
    private List<String> candidates(EntityManager entities, AccountId account) {
        var has =
                new HashSet<>(PlainSql.query(entities, WITH_DEFAULT_SUBNET, row -> row.getString(1), account.value()));
        var suitable = zones.all().stream().filter(has::contains).toList();
        return suitable.isEmpty() ? zones.all() : suitable;
    }

    private static Map<String, Room> room(EntityManager entities, InstanceTypes.Type type) {
        var room = new HashMap<String, Room>();
        PlainSql.query(
                entities,
                ROOM,
                row -> room.put(row.getString(1), new Room(row.getLong(2), row.getBoolean(3))),
                type.vcpus(),
                type.memoryMib());
        return room;
    }
}
