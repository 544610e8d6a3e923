package io.coppice.cloud.network.vpc;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.Rows;
import io.coppice.cloud.network.Segments;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** VPCs in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class Vpcs {
    static final String ASSOCIATION_PREFIX = "vpc-cidr-assoc-";

    private final VpcGenerations generations;
    private final List<VpcPart> parts;
    private final Clock clock;

    /** For the container and for tests. */
    public Vpcs(VpcGenerations generations, @All List<VpcPart> parts, Clock clock) {
        this.generations = generations;
        this.parts = List.copyOf(parts);
        this.clock = clock;
    }

    /** The account's VPC of this id; throws {@code InvalidVpcID.NotFound} or {@code .Malformed}. */
    public VpcRow require(EntityManager entities, AccountId account, String id) {
        NetworkKind.VPC.check(id);
        return find(entities, account, id).orElseThrow(() -> NetworkKind.VPC.notFound(id));
    }

    /** As {@link #require}, for a writer: others wait until its transaction ends, and hosts are told afterwards. */
    public VpcRow change(EntityManager entities, AccountId account, String id) {
        var found = require(entities, account, id);
        generations.changed(entities, id);
        // Another writer may have changed or removed it while this one waited.
        Rows.refresh(entities, found, () -> NetworkKind.VPC.notFound(id));
        return found;
    }

    /** As {@link #change}, where the VPC's peers are concerned as well: all are locked, and their hosts are told. */
    VpcRow changeWithPeers(EntityManager entities, AccountId account, String id) {
        var found = require(entities, account, id);
        var concerned = new ArrayList<>(peers(entities, id));
        concerned.add(id);
        generations.changed(entities, concerned);
        Rows.refresh(entities, found, () -> NetworkKind.VPC.notFound(id));
        return found;
    }

    /** The VPCs that a VPC has active peering connections with. */
    List<String> peers(EntityManager entities, String id) {
        return PlainSql.query(
                entities,
                "select case when vpc_id = ? then peer_vpc_id else vpc_id end from vpc_peerings"
                        + " where status = 'active' and ? in (vpc_id, peer_vpc_id)",
                row -> row.getString(1),
                id,
                id);
    }

    /** The account's VPC of this id. */
    public Optional<VpcRow> find(EntityManager entities, AccountId account, String id) {
        return Optional.ofNullable(entities.find(VpcRow.class, id))
                .filter(vpc -> vpc.accountId.equals(account.value()));
    }

    /** The account's default VPC. */
    public Optional<VpcRow> standard(EntityManager entities, AccountId account) {
        return all(entities, account).stream().filter(vpc -> vpc.isDefault).findFirst();
    }

    /** All VPCs of an account by id. */
    public List<VpcRow> all(EntityManager entities, AccountId account) {
        return entities.createQuery("from VpcRow v where v.accountId = :account order by v.id", VpcRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }

    /** The ranges of a VPC, the primary one first, IPv6 ones last. */
    public List<IpRange> ranges(EntityManager entities, String vpcId) {
        return blocks(entities, List.of(vpcId)).getOrDefault(vpcId, List.of()).stream()
                .map(block -> IpRange.of(block.cidrBlock))
                .toList();
    }

    /** The ranges of these VPCs, whoever has them, each in the order of {@link #ranges}. One query. */
    public Map<String, List<IpRange>> rangesOf(EntityManager entities, Collection<String> vpcIds) {
        return vpcIds.isEmpty()
                ? Map.of()
                : blocks(entities, vpcIds).entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().stream()
                                .map(block -> IpRange.of(block.cidrBlock))
                                .toList()));
    }

    /** The ranges of these VPCs, each in the order of {@link #ranges}. One query. */
    Map<String, List<VpcCidrRow>> blocks(EntityManager entities, Collection<String> vpcIds) {
        return entities
                .createQuery(
                        "from VpcCidrRow b where b.vpcId in (:ids) order by b.vpcId, b.ipv6, b.place", VpcCidrRow.class)
                .setParameter("ids", vpcIds)
                .getResultList()
                .stream()
                .collect(Collectors.groupingBy(block -> block.vpcId));
    }

    /**
     * Makes a VPC with everything that belongs to it from its beginning.
     *
     * @param ids the names of its parts when it is the first default VPC of the account
     */
    public VpcRow make(EntityManager entities, AccountId account, Wanted wanted, DefaultNetwork.@Nullable Ids ids) {
        var id = ids == null ? NetworkKind.VPC.newId() : ids.vpcId();
        var vpc = new VpcRow(
                id,
                account.value(),
                wanted.isDefault(),
                wanted.tenancy(),
                Segments.take(entities, id),
                clock.instant());
        vpc.dhcpOptionsId = wanted.dhcpOptionsId();
        entities.persist(vpc);
        entities.flush();
        addRange(
                entities,
                id,
                wanted.range(),
                ids == null ? NetworkKind.newId(ASSOCIATION_PREFIX) : ids.id(ASSOCIATION_PREFIX, "cidr"));
        generations.made(entities, id);
        var birth = new VpcPart.Birth(vpc, Optional.ofNullable(ids));
        parts.forEach(part -> part.begin(entities, birth));
        return vpc;
    }

    /** Adds a range; it must fit to the others. */
    void addRange(EntityManager entities, String vpcId, IpRange range, String associationId) {
        entities.persist(new VpcCidrRow(associationId, vpcId, range));
        entities.flush();
    }

    /** Whether something is in the VPC that its user must delete first. */
    boolean holds(EntityManager entities, String vpcId) {
        return parts.stream().anyMatch(part -> part.holds(entities, vpcId));
    }

    /** Removes a VPC that holds nothing, with what belongs to it. */
    void remove(EntityManager entities, VpcRow vpc) {
        parts.forEach(part -> part.end(entities, vpc));
        entities.flush();
        entities.remove(vpc);
        entities.flush();
        Segments.free(entities, vpc.id);
        generations.removed(entities, vpc.id);
    }

    /** A VPC that is to be. */
    public record Wanted(
            IpRange range,
            boolean isDefault,
            String tenancy,
            @Nullable String dhcpOptionsId) {}
}
