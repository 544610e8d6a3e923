package io.coppice.cloud.network.subnet;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.Rows;
import io.coppice.cloud.network.Segments;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.foundation.id.AccountId;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Subnets in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class Subnets {
    /** The first four and the last address of a subnet are never given to interfaces, as in AWS. */
    public static final int RESERVED_ADDRESSES = 5;

    private final VpcGenerations generations;
    private final SubnetSegments segments;
    private final List<SubnetPart> parts;
    private final Clock clock;

    Subnets(VpcGenerations generations, SubnetSegments segments, @All List<SubnetPart> parts, Clock clock) {
        this.generations = generations;
        this.segments = segments;
        this.parts = List.copyOf(parts);
        this.clock = clock;
    }

    /** The account's subnet of this id; throws {@code InvalidSubnetID.NotFound} or {@code .Malformed}. */
    public SubnetRow require(EntityManager entities, AccountId account, String id) {
        NetworkKind.SUBNET.check(id);
        return find(entities, account, id).orElseThrow(() -> NetworkKind.SUBNET.notFound(id));
    }

    /**
     * As {@link #require}, for a writer of something in the subnet: writers of the same VPC wait until its transaction ends,
     * and hosts are told afterwards.
     */
    public SubnetRow change(EntityManager entities, AccountId account, String id) {
        var found = require(entities, account, id);
        generations.changed(entities, found.vpcId);
        // Another writer may have changed or removed it while this one waited.
        Rows.refresh(entities, found, () -> NetworkKind.SUBNET.notFound(id));
        return found;
    }

    /** The account's subnet of this id. */
    public Optional<SubnetRow> find(EntityManager entities, AccountId account, String id) {
        return Optional.ofNullable(entities.find(SubnetRow.class, id))
                .filter(subnet -> subnet.accountId.equals(account.value()));
    }

    /** Subnets by their ids, whoever has them; what is gone is absent. One query. */
    public Map<String, SubnetRow> byId(EntityManager entities, Collection<String> ids) {
        return ids.isEmpty()
                ? Map.of()
                : entities
                        .createQuery("from SubnetRow s where s.id in (:ids)", SubnetRow.class)
                        .setParameter("ids", ids)
                        .getResultList()
                        .stream()
                        .collect(Collectors.toMap(SubnetRow::id, Function.identity()));
    }

    /** All subnets of an account by id. */
    public List<SubnetRow> all(EntityManager entities, AccountId account) {
        return entities.createQuery("from SubnetRow s where s.accountId = :account order by s.id", SubnetRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }

    /** All subnets of a VPC by id. */
    public List<SubnetRow> in(EntityManager entities, String vpcId) {
        return entities.createQuery("from SubnetRow s where s.vpcId = :vpc order by s.id", SubnetRow.class)
                .setParameter("vpc", vpcId)
                .getResultList();
    }

    /** The account's default subnet of a zone. */
    public Optional<SubnetRow> standard(EntityManager entities, AccountId account, String zone) {
        return entities
                .createQuery(
                        "from SubnetRow s where s.accountId = :account and s.zone = :zone and s.defaultForZone",
                        SubnetRow.class)
                .setParameter("account", account.value())
                .setParameter("zone", zone)
                .getResultList()
                .stream()
                .findFirst();
    }

    /** How many addresses are left in each of these subnets. */
    public Map<String, Integer> freeAddresses(EntityManager entities, Collection<SubnetRow> subnets) {
        var ids = subnets.stream().map(SubnetRow::id).toList();
        var free = new HashMap<String, Integer>();
        subnets.forEach(subnet -> free.put(subnet.id, subnet.range().size().intValueExact() - RESERVED_ADDRESSES));
        if (!ids.isEmpty()) {
            parts.forEach(
                    part -> part.addresses(entities, ids).forEach((id, taken) -> free.merge(id, -taken, Integer::sum)));
        }
        return free;
    }

    /**
     * Makes a subnet; its range must fit to the VPC and the other subnets, and the caller has the VPC locked. Throws
     * {@code SubnetLimitExceeded} when the site has no VLAN left for it.
     *
     * @param ids the names of its parts when it is the first default subnet of the account
     */
    public SubnetRow make(EntityManager entities, AccountId account, Wanted wanted, DefaultNetwork.@Nullable Ids ids) {
        var id = ids == null ? NetworkKind.SUBNET.newId() : ids.subnetId();
        var subnet = new SubnetRow(id, account.value(), wanted, segments.take(entities, id), clock.instant());
        parts.forEach(part -> part.begin(entities, subnet, Optional.ofNullable(ids)));
        entities.persist(subnet);
        entities.flush();
        return subnet;
    }

    /** Whether a subnet more can be made now, as far as what joins hosts goes. */
    public boolean isRoomForOne(EntityManager entities) {
        return segments.isLeft(entities);
    }

    /** Whether something is in the subnet that its user must delete first. */
    boolean holds(EntityManager entities, String subnetId) {
        return parts.stream().anyMatch(part -> part.holds(entities, subnetId));
    }

    /** Whether interfaces have addresses of the subnet's IPv6 range. */
    boolean holdsIpv6(EntityManager entities, String subnetId) {
        return parts.stream().anyMatch(part -> part.holdsIpv6(entities, subnetId));
    }

    /** Removes a subnet that holds nothing; the caller has the VPC locked. */
    void remove(EntityManager entities, SubnetRow subnet) {
        entities.remove(subnet);
        entities.flush();
        Segments.free(entities, subnet.id);
    }

    /** A subnet that is to be. */
    public record Wanted(String vpcId, String zone, IpRange range, boolean defaultForZone) {}
}
