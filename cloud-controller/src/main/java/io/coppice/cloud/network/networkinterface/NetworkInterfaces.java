package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.InterfaceChoice;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.Rows;
import io.coppice.cloud.network.address.PublicAddresses;
import io.coppice.cloud.network.group.SecurityGroups.Group;
import io.coppice.cloud.network.networkinterface.SubnetAddresses.Slot;
import io.coppice.cloud.network.subnet.SubnetPart;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.network.vpc.VpcPart;
import io.coppice.cloud.store.EntityReader;
import io.coppice.cloud.store.EntityWriter;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.lang.invoke.MethodHandles;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Network interfaces in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class NetworkInterfaces implements VpcPart, SubnetPart {
    private static final EntityReader<InterfaceRow> ROWS =
            new EntityReader<>(InterfaceRow.class, MethodHandles.lookup(), Map.of());

    private static final EntityWriter<InterfaceRow> WRITER =
            new EntityWriter<>(InterfaceRow.class, MethodHandles.lookup(), Set.of());

    /** Instances whose interfaces are looked up one by one in any case; of many, PostgreSQL may rather read all. */
    private static final int FEW = 64;

    private static final String OF_INSTANCES =
            ROWS.select() + " where instance_id = any(?) order by instance_id, device_index";

    private final SubnetAddresses addresses;
    private final Ipv6Addresses ipv6;
    private final PublicAddresses publicAddresses;
    private final Tags tags;
    private final Clock clock;

    /** For the container and for tests. */
    public NetworkInterfaces(
            SubnetAddresses addresses, Ipv6Addresses ipv6, PublicAddresses publicAddresses, Tags tags, Clock clock) {
        this.addresses = addresses;
        this.ipv6 = ipv6;
        this.publicAddresses = publicAddresses;
        this.tags = tags;
        this.clock = clock;
    }

    @Override
    public boolean holds(EntityManager entities, String id) {
        return entities.createQuery(
                                "select count(i) from InterfaceRow i where i.vpcId = :id or i.subnetId = :id",
                                Long.class)
                        .setParameter("id", id)
                        .getSingleResult()
                > 0;
    }

    /** An interface that was just made. */
    public record Made(String id, String mac, String primaryIp) {}

    /**
     * Makes interfaces in a subnet, the same few statements for many as for one; gives them in order. Throws {@code
     * InsufficientFreeAddressesInSubnet} or {@code InvalidIPAddress.InUse}.
     */
    public List<Made> make(EntityManager entities, SubnetRow subnet, List<NewInterface> wanted) {
        var now = now();
        var byId = new LinkedHashMap<String, NewInterface>();
        wanted.forEach(each -> byId.put(NetworkKind.NETWORK_INTERFACE.newId(), each));
        var rows = byId.entrySet().stream()
                .map(each -> new InterfaceRow(each.getKey(), subnet, each.getValue(), now))
                .toList();
        // The subnet may be as new as they are.
        entities.flush();
        var groups = new LinkedHashMap<String, List<Group>>();
        byId.forEach((id, each) -> groups.put(id, each.groups()));
        var together = new PlainSql.Together();
        WRITER.insert(together, rows);
        InterfaceGroups.add(together, groups);
        together.run(entities);
        var slots = new ArrayList<Slot>();
        byId.forEach((id, each) -> slots.addAll(claim(entities, subnet, id, each.addresses())));
        var taken = addresses.take(entities, subnet, slots);
        byId.forEach((id, each) -> {
            var more = each.addresses().moreIpv6();
            var usual = subnet.assignIpv6() && each.addresses().ipv6Count() == 0 ? 1 : more;
            ipv6.assign(entities, subnet, id, each.addresses().ipv6(), usual);
        });
        return rows.stream().map(row -> made(row, byId, taken)).toList();
    }

    private static Made made(InterfaceRow row, Map<String, NewInterface> wanted, Map<Slot, String> taken) {
        var asked = Objects.requireNonNull(wanted.get(row.id)).addresses().primary();
        return new Made(
                row.id, row.mac, asked == null ? Objects.requireNonNull(taken.get(new Slot(row.id, 0))) : asked);
    }

    /** Claims the addresses that are wished for; gives the slots that may have any. */
    private List<Slot> claim(EntityManager entities, SubnetRow subnet, String id, NewInterface.Addresses wanted) {
        var open = new ArrayList<Slot>();
        var primary = wanted.primary();
        if (primary == null) {
            open.add(new Slot(id, 0));
        } else {
            addresses.claim(entities, subnet, new Slot(id, 0), primary);
        }
        long place = 1;
        for (var ip : wanted.secondary()) {
            addresses.claim(entities, subnet, new Slot(id, place++), ip);
        }
        for (var i = 0; i < wanted.moreSecondary(); i++) {
            open.add(new Slot(id, place++));
        }
        return open;
    }

    /** The account's interface of this id, with everything; throws {@code InvalidNetworkInterfaceID.NotFound}. */
    public InterfaceFacts require(EntityManager entities, AccountId account, String id) {
        return facts(entities, List.of(row(entities, account, id, LockModeType.NONE)))
                .getFirst();
    }

    /** As {@link #require}, locked against other writers for the rest of the transaction. */
    public InterfaceFacts change(EntityManager entities, AccountId account, String id) {
        return facts(entities, List.of(changeRow(entities, account, id))).getFirst();
    }

    InterfaceRow changeRow(EntityManager entities, AccountId account, String id) {
        var row = row(entities, account, id, LockModeType.PESSIMISTIC_WRITE);
        Rows.refresh(entities, row, () -> NetworkKind.NETWORK_INTERFACE.notFound(id));
        return row;
    }

    private static InterfaceRow row(EntityManager entities, AccountId account, String id, LockModeType mode) {
        NetworkKind.NETWORK_INTERFACE.check(id);
        return Optional.ofNullable(entities.find(InterfaceRow.class, id, mode))
                .filter(row -> row.accountId.equals(account.value()))
                .orElseThrow(() -> NetworkKind.NETWORK_INTERFACE.notFound(id));
    }

    /** The account's interface with this attachment, locked. */
    InterfaceRow attached(EntityManager entities, AccountId account, String attachmentId) {
        return entities
                .createQuery(
                        "from InterfaceRow i where i.attachmentId = :id and i.accountId = :account", InterfaceRow.class)
                .setParameter("id", attachmentId)
                .setParameter("account", account.value())
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultList()
                .stream()
                .findFirst()
                .orElseThrow(() -> InterfaceErrors.attachmentNotFound(attachmentId));
    }

    /** An account's interfaces by id, after the one of this id, at most so many; of these ids only, if given. */
    List<InterfaceFacts> list(
            EntityManager entities,
            AccountId account,
            @Nullable Collection<String> ids,
            @Nullable String after,
            int limit) {
        var query = entities.createQuery(
                        "from InterfaceRow i where i.accountId = :account"
                                + (ids == null ? "" : " and i.id in (:ids)")
                                + (after == null ? "" : " and i.id > :after") + " order by i.id",
                        InterfaceRow.class)
                .setParameter("account", account.value())
                .setMaxResults(limit);
        if (ids != null) {
            query.setParameter("ids", ids);
        }
        if (after != null) {
            query.setParameter("after", after);
        }
        return facts(entities, query.getResultList());
    }

    /**
     * The interfaces of these instances, by instance, each in the order of their indexes. Five queries that are sent
     * together: launches and lists of thousands read them, for which Hibernate takes longer than PostgreSQL.
     */
    public Map<String, List<InterfaceFacts>> ofInstances(EntityManager entities, Collection<String> instanceIds) {
        if (instanceIds.isEmpty()) {
            return Map.of();
        }
        entities.flush();
        var choice = InterfaceChoice.ofInstances(instanceIds);
        var together = instanceIds.size() <= FEW ? PlainSql.Together.plannedOnce() : new PlainSql.Together();
        var rows = together.query(OF_INSTANCES, ROWS::read, (Object) choice.ids());
        var parts = InterfaceParts.of(together, choice);
        together.run(entities);
        return rows.stream()
                .filter(parts::areThereOf)
                .collect(Collectors.groupingBy(
                        row -> String.valueOf(row.instanceId), Collectors.mapping(parts::with, Collectors.toList())));
    }

    private static List<InterfaceRow> rowsOf(EntityManager entities, Collection<String> instanceIds) {
        return instanceIds.isEmpty()
                ? List.of()
                : entities.createQuery(
                                "from InterfaceRow i where i.instanceId in (:ids)"
                                        + " order by i.instanceId, i.deviceIndex",
                                InterfaceRow.class)
                        .setParameter("ids", instanceIds)
                        .getResultList();
    }

    /** How many interfaces an account has that its instances did not bring. */
    long countMade(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "select count(i) from InterfaceRow i where i.accountId = :account and i.instanceId is null",
                        Long.class)
                .setParameter("account", account.value())
                .getSingleResult();
    }

    /** Attaches an interface that no instance has; the caller has both locked. */
    public void attach(EntityManager entities, AccountId account, String id, NewInterface.Attachment attachment) {
        var row = changeRow(entities, account, id);
        if (row.attachmentId != null) {
            throw InterfaceErrors.inUse(id);
        }
        row.attach(attachment, now());
        entities.flush();
    }

    /** Whether packets that are not the interface's own are dropped. */
    public void checkSourceDest(EntityManager entities, AccountId account, String id, boolean check) {
        changeRow(entities, account, id).sourceDestCheck = check;
    }

    /** Puts an interface into other groups of its VPC. */
    public void regroup(EntityManager entities, String id, List<Group> groups) {
        InterfaceGroups.replace(entities, id, groups);
    }

    /** Instances are gone: so are the interfaces that go with them; the others are free again. */
    public void instancesEnded(EntityManager entities, Collection<String> instanceIds) {
        var rows = rowsOf(entities, instanceIds);
        rows.stream().filter(row -> !row.deleteOnTermination).forEach(InterfaceRow::detach);
        delete(entities, rows.stream().filter(row -> row.deleteOnTermination).toList());
    }

    /** Deletes an interface with its addresses; elastic ones stay with their account. */
    public void delete(EntityManager entities, AccountId account, String id) {
        delete(entities, List.of(changeRow(entities, account, id)));
    }

    private void delete(EntityManager entities, List<InterfaceRow> rows) {
        var ids = rows.stream().map(row -> row.id).toList();
        publicAddresses.disassociateAll(entities, ids);
        addresses.releaseAll(entities, ids);
        rows.forEach(row -> tags.removeAll(new AccountId(row.accountId), row.id));
        rows.forEach(entities::remove);
        entities.flush();
    }

    private static List<InterfaceFacts> facts(EntityManager entities, List<InterfaceRow> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        var ids = rows.stream().map(row -> row.id).toList();
        var together = new PlainSql.Together();
        var parts = InterfaceParts.of(together, InterfaceChoice.ofIds(ids));
        together.run(entities);
        return rows.stream().filter(parts::areThereOf).map(parts::with).toList();
    }

    /** As finely as answers tell it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
