package io.coppice.cloud.network.group;

import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.Rows;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.network.vpc.VpcPart;
import io.coppice.cloud.network.vpc.VpcRow;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Security groups in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class SecurityGroups implements VpcPart {
    /** The name of the group that every VPC has from its beginning. */
    public static final String DEFAULT_NAME = "default";

    static final String EVERYWHERE = "0.0.0.0/0";

    private final VpcGenerations generations;
    private final Tags tags;
    private final GroupConfig config;
    private final Clock clock;

    /** For the container and for tests. */
    public SecurityGroups(VpcGenerations generations, Tags tags, GroupConfig config, Clock clock) {
        this.generations = generations;
        this.tags = tags;
        this.config = config;
        this.clock = clock;
    }

    /**
     * A group as others see it.
     *
     * @param id {@code sg-…}
     */
    public record Group(String id, String accountId, String vpcId, String name) {}

    /** Makes the default group: its members reach each other, and everything outside. */
    @Override
    public void begin(EntityManager entities, Birth birth) {
        var vpc = birth.vpc();
        var id = birth.ids().map(DefaultNetwork.Ids::securityGroupId).orElseGet(NetworkKind.SECURITY_GROUP::newId);
        var kind = NetworkKind.SECURITY_GROUP_RULE;
        make(entities, new Group(id, vpc.accountId(), vpc.id(), DEFAULT_NAME), "default VPC security group");
        var ingress = birth.ids().map(ids -> ids.id(kind.prefix(), "ingress-rule"));
        var egress = birth.ids().map(ids -> ids.id(kind.prefix(), "egress-rule"));
        entities.persist(new RuleRow(ingress.orElseGet(kind::newId), id, Permission.everything(false, id), ""));
        entities.persist(new RuleRow(egress.orElseGet(kind::newId), id, Permission.everything(true, EVERYWHERE), ""));
    }

    @Override
    public boolean holds(EntityManager entities, String vpcId) {
        return in(entities, vpcId).stream().anyMatch(group -> !group.isDefault());
    }

    @Override
    public void end(EntityManager entities, VpcRow vpc) {
        in(entities, vpc.id()).forEach(group -> remove(entities, group));
    }

    /** Makes a group without rules. */
    SecurityGroupRow make(EntityManager entities, Group group, String description) {
        var row = new SecurityGroupRow(group, description, clock.instant());
        entities.persist(row);
        entities.flush();
        return row;
    }

    /** Removes a group that nothing refers to; the database removes its rules. */
    void remove(EntityManager entities, SecurityGroupRow group) {
        var account = new AccountId(group.accountId);
        rules(entities, List.of(group.id)).forEach(rule -> tags.removeAll(account, rule.id));
        tags.removeAll(account, group.id);
        entities.remove(group);
        entities.flush();
    }

    /** The account's group of this id; throws {@code InvalidGroup.NotFound} or {@code InvalidGroupId.Malformed}. */
    SecurityGroupRow require(EntityManager entities, AccountId account, String id) {
        NetworkKind.SECURITY_GROUP.check(id);
        return Optional.ofNullable(entities.find(SecurityGroupRow.class, id))
                .filter(group -> group.accountId.equals(account.value()))
                .orElseThrow(() -> GroupErrors.notFound(id));
    }

    /** The group that a request names by its id or, in the default VPC, by its name. */
    SecurityGroupRow require(EntityManager entities, AccountId account, @Nullable String id, @Nullable String name) {
        if (id != null && !id.isEmpty()) {
            return require(entities, account, id);
        }
        if (name == null || name.isEmpty()) {
            throw NetworkErrors.missing("GroupId");
        }
        return named(entities, account, name).orElseThrow(() -> GroupErrors.notFound(name));
    }

    /** As {@link #require}, for a writer: locks the VPC, and hosts are told afterwards. */
    SecurityGroupRow change(EntityManager entities, AccountId account, @Nullable String id, @Nullable String name) {
        var found = require(entities, account, id, name);
        generations.changed(entities, found.vpcId);
        Rows.refresh(entities, found, () -> GroupErrors.notFound(found.id));
        return found;
    }

    /** The group of that name in the account's default VPC. */
    Optional<SecurityGroupRow> named(EntityManager entities, AccountId account, String name) {
        return entities
                .createQuery(
                        "select g from SecurityGroupRow g join VpcRow v on v.id = g.vpcId"
                                + " where v.accountId = :account and v.isDefault and g.name = :name",
                        SecurityGroupRow.class)
                .setParameter("account", account.value())
                .setParameter("name", name)
                .getResultList()
                .stream()
                .findFirst();
    }

    List<SecurityGroupRow> in(EntityManager entities, String vpcId) {
        return entities.createQuery(
                        "from SecurityGroupRow g where g.vpcId = :vpc order by g.id", SecurityGroupRow.class)
                .setParameter("vpc", vpcId)
                .getResultList();
    }

    /** An account's groups by id, after the one of this id, at most so many; of these ids only, if given. */
    List<SecurityGroupRow> list(
            EntityManager entities,
            AccountId account,
            @Nullable Collection<String> ids,
            @Nullable String after,
            int limit) {
        var query = entities.createQuery(
                        "from SecurityGroupRow g where g.accountId = :account"
                                + (ids == null ? "" : " and g.id in (:ids)")
                                + (after == null ? "" : " and g.id > :after") + " order by g.id",
                        SecurityGroupRow.class)
                .setParameter("account", account.value())
                .setMaxResults(limit);
        if (ids != null) {
            query.setParameter("ids", ids);
        }
        if (after != null) {
            query.setParameter("after", after);
        }
        return query.getResultList();
    }

    long count(EntityManager entities, AccountId account) {
        return entities.createQuery("select count(g) from SecurityGroupRow g where g.accountId = :account", Long.class)
                .setParameter("account", account.value())
                .getSingleResult();
    }

    /** The rules of these groups by id. One query. */
    List<RuleRow> rules(EntityManager entities, Collection<String> groupIds) {
        return groupIds.isEmpty()
                ? List.of()
                : entities.createQuery("from RuleRow r where r.groupId in (:ids) order by r.id", RuleRow.class)
                        .setParameter("ids", groupIds)
                        .getResultList();
    }

    /** Groups by their ids, whoever has them; what is gone is absent. One query. */
    public Map<String, Group> byId(EntityManager entities, Collection<String> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        return entities
                .createQuery("from SecurityGroupRow g where g.id in (:ids)", SecurityGroupRow.class)
                .setParameter("ids", ids)
                .getResultList()
                .stream()
                .map(SecurityGroups::group)
                .collect(Collectors.toMap(Group::id, Function.identity()));
    }

    /**
     * The groups that an interface in this VPC is to be in: the ones named, in that order, or the default one when none is.
     * They cannot be deleted until the transaction ends.
     *
     * @param given ids or, where the API takes them, names
     */
    public List<Group> forInterface(EntityManager entities, AccountId account, String vpcId, Collection<String> given) {
        var wanted = given.isEmpty() ? List.of(DEFAULT_NAME) : given;
        var found = entities.createQuery(
                        "from SecurityGroupRow g where g.accountId = :account and (g.id in (:given)"
                                + " or g.vpcId = :vpc and g.name in (:given))",
                        SecurityGroupRow.class)
                .setParameter("account", account.value())
                .setParameter("vpc", vpcId)
                .setParameter("given", wanted)
                .setLockMode(jakarta.persistence.LockModeType.PESSIMISTIC_READ)
                .getResultList();
        var groups = new LinkedHashMap<String, Group>();
        for (var each : wanted) {
            var group = found.stream()
                    .filter(row -> row.id.equals(each) || row.name.equals(each) && row.vpcId.equals(vpcId))
                    .findFirst()
                    .orElseThrow(() -> notFound(each));
            if (!group.vpcId.equals(vpcId)) {
                throw GroupErrors.otherNetwork(each);
            }
            groups.put(group.id, group(group));
        }
        if (groups.size() > config.maxPerInterface()) {
            throw GroupErrors.tooManyGroupsOfInterface(config.maxPerInterface());
        }
        return new ArrayList<>(groups.values());
    }

    private static RuntimeException notFound(String given) {
        if (given.startsWith(NetworkKind.SECURITY_GROUP.prefix())) {
            NetworkKind.SECURITY_GROUP.check(given);
        }
        return GroupErrors.notFound(given);
    }

    static Group group(SecurityGroupRow row) {
        return new Group(row.id, row.accountId, row.vpcId, row.name);
    }
}
