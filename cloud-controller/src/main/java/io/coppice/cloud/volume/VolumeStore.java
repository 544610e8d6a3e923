package io.coppice.cloud.volume;

import io.coppice.cloud.place.Zones;
import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.cloud.quota.Quota;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Volumes in the database. Thread-safe. */
@ApplicationScoped
class VolumeStore {
    static final String RESOURCE_TYPE = "volume";

    private final Database database;
    private final Tags tags;
    private final RootVolumes rootVolumes;
    private final VolumeConfig config;
    private final Zones zones;
    private final VolumeHolders holders;

    VolumeStore(
            Database database,
            Tags tags,
            RootVolumes rootVolumes,
            VolumeHolders holders,
            VolumeConfig config,
            Zones zones) {
        this.zones = zones;
        this.holders = holders;
        this.rootVolumes = rootVolumes;
        this.database = database;
        this.tags = tags;
        this.config = config;
    }

    /**
     * Adds a volume with its tags, or finds the one that was made with this token. Throws {@code VolumeLimitExceeded} or
     * {@code IdempotentParameterMismatch}.
     */
    Added add(Volume volume, @Nullable String clientToken) {
        return database.call(entities -> {
            // One creation at a time in an account: quota and token are decided on what is really there.
            entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtext(:account))) as locked")
                    .setParameter("account", "volumes " + volume.account())
                    .getResultList();
            var earlier = clientToken == null ? null : byToken(entities, volume.account(), clientToken);
            if (earlier != null) {
                if (!earlier.requestText().equals(volume.shape().text())) {
                    throw VolumeErrors.tokenReused(String.valueOf(clientToken));
                }
                var known = tags.of(volume.account(), List.of(earlier.id())).getOrDefault(earlier.id(), Map.of());
                return new Added(earlier.toVolume(known), false);
            }
            checkQuota(entities, volume);
            entities.persist(new VolumeRow(volume, clientToken));
            tags.put(volume.account(), volume.id().value(), RESOURCE_TYPE, volume.tags());
            return new Added(volume, true);
        });
    }

    private static @Nullable VolumeRow byToken(EntityManager entities, AccountId account, String token) {
        return entities
                .createQuery(
                        "from VolumeRow v where v.accountId = :account and v.clientToken = :token", VolumeRow.class)
                .setParameter("account", account.value())
                .setParameter("token", token)
                .getResultList()
                .stream()
                .findFirst()
                .orElse(null);
    }

    /** Throws {@code VolumeLimitExceeded} when an account may not have so many GiB more. */
    void checkGrowth(EntityManager entities, AccountId account, int moreGib) {
        var used = entities.createQuery(
                        "select coalesce(sum(v.sizeGib), 0) from VolumeRow v where v.accountId = :account", Long.class)
                .setParameter("account", account.value())
                .getSingleResult();
        var gib = AccountQuotas.of(entities, account).getOrDefault(Quota.VOLUME_GIB, config.maxGibPerAccount());
        if (used + moreGib > gib) {
            throw VolumeErrors.limitExceeded(gib + " GiB of volumes");
        }
    }

    private void checkQuota(EntityManager entities, Volume volume) {
        var used = entities.createQuery(
                        "select count(v), coalesce(sum(v.sizeGib), 0) from VolumeRow v where v.accountId = :account",
                        Object[].class)
                .setParameter("account", volume.account().value())
                .getSingleResult();
        var own = AccountQuotas.of(entities, volume.account());
        var volumes = own.getOrDefault(Quota.VOLUMES, (long) config.maxPerAccount());
        if (((Number) used[0]).longValue() >= volumes) {
            throw VolumeErrors.limitExceeded(volumes + " volumes");
        }
        var gib = own.getOrDefault(Quota.VOLUME_GIB, config.maxGibPerAccount());
        if (((Number) used[1]).longValue() + volume.shape().sizeGib() > gib) {
            throw VolumeErrors.limitExceeded(gib + " GiB of volumes");
        }
    }

    /** At most {@code limit} volumes of an account, root volumes among them, by id, with their tags: four queries. */
    List<Volume> list(AccountId account, @Nullable Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "from VolumeRow v where v.accountId = :account and v.internal = false"
                                    + (ids == null ? "" : " and v.id in (:ids)")
                                    + (after == null ? "" : " and v.id > :after")
                                    + " order by v.id",
                            VolumeRow.class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (ids != null) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            var rows = query.getResultList();
            var roots = rootVolumes.list(account, ids, after, limit);
            var places = attachments(entities, rows.stream().map(VolumeRow::id).toList());
            var tagsById = tags.of(
                    account,
                    Stream.concat(
                                    rows.stream().map(VolumeRow::id),
                                    roots.stream().map(each -> each.id().value()))
                            .toList());
            return Stream.concat(
                            rows.stream().map(row -> row.toVolume(tagsById.getOrDefault(row.id(), Map.of()))
                                    .at(places.getOrDefault(row.id(), List.of()))),
                            roots.stream()
                                    .map(root -> Volume.of(
                                            root,
                                            tagsById.getOrDefault(root.id().value(), Map.of()))))
                    .sorted(Comparator.comparing(volume -> volume.id().value()))
                    .limit(limit)
                    .toList();
        });
    }

    /** The volumes of an instance besides its root disk, by id. */
    List<Volume> ofInstance(AccountId account, String instanceId) {
        var ids = database.call(entities -> entities.createQuery(
                        "select a.key.volumeId from AttachmentRow a where a.key.instanceId = :instance", String.class)
                .setParameter("instance", instanceId)
                .getResultList());
        return ids.isEmpty() ? List.of() : list(account, ids, null, ids.size());
    }

    private static Map<String, List<Volume.Attachment>> attachments(EntityManager entities, List<String> ids) {
        return attached(entities, ids, AttachmentRow::toAttachment);
    }

    /** Something of all attachments of these volumes, by volume, the longest first. One query. */
    private static <T> Map<String, List<T>> attached(
            EntityManager entities, List<String> ids, Function<AttachmentRow, T> read) {
        return ids.isEmpty()
                ? Map.of()
                : entities
                        .createQuery(
                                "from AttachmentRow a where a.key.volumeId in (:ids)"
                                        + " order by a.attachedAt, a.key.instanceId",
                                AttachmentRow.class)
                        .setParameter("ids", ids)
                        .getResultList()
                        .stream()
                        .collect(Collectors.groupingBy(
                                AttachmentRow::volumeId, Collectors.mapping(read, Collectors.toList())));
    }

    /** Whether more than one instance has a volume. */
    boolean isShared(EntityManager entities, String id) {
        return attachments(entities, List.of(id)).getOrDefault(id, List.of()).size() > 1;
    }

    /** Whether the host of an instance opens a volume itself, or is about to. */
    boolean isDirect(EntityManager entities, String id) {
        return attached(entities, List.of(id), AttachmentRow::cephCluster).getOrDefault(id, List.of()).stream()
                .anyMatch(cluster -> !cluster.isEmpty());
    }

    /** Volumes of a zone that are not yet as they should be, and whose source was kept if they are copies, oldest first, as many as one pass takes. */
    List<Unfinished> unfinished(String zone) {
        return database.call(entities -> {
            var rows = entities.createQuery(
                            "from VolumeRow v where v.settled = false and v.zone = :zone and not (v.state = 'creating'"
                                    + " and exists (select s.id from SnapshotRow s where s.id = v.snapshotId"
                                    + " and s.internal = true and s.state = 'pending')) order by v.createdAt",
                            VolumeRow.class)
                    .setParameter("zone", zone)
                    .setMaxResults(config.batch())
                    .getResultList();
            var places = attached(entities, rows.stream().map(VolumeRow::id).toList(), Function.identity());
            var hosts = holders.hosts(
                    entities,
                    places.values().stream()
                            .flatMap(List::stream)
                            .map(AttachmentRow::instanceId)
                            .collect(Collectors.toSet()));
            return rows.stream()
                    .map(row -> new Unfinished(
                            row.toVolume(Map.of()),
                            exports(places.getOrDefault(row.id(), List.of()), hosts),
                            isElsewhere(entities, row)))
                    .toList();
        });
    }

    private static List<Export> exports(List<AttachmentRow> attachments, Map<String, String> hosts) {
        return attachments.stream()
                .map(each ->
                        new Export(each.exportName(), hosts.getOrDefault(each.instanceId(), ""), each.cephCluster()))
                .toList();
    }

    /** What a volume was made from; empty when that was nothing, or it is gone. */
    Optional<String> snapshotOf(String id) {
        return database.call(entities -> Optional.ofNullable(entities.find(VolumeRow.class, id))
                .flatMap(row -> Optional.ofNullable(row.shape().snapshotId())));
    }

    /** A snapshot that names no zone is of the cloud's own. */
    private boolean isElsewhere(EntityManager entities, VolumeRow row) {
        var snapshot = row.shape().snapshotId();
        if (zones.one() || snapshot == null) {
            return false;
        }
        var found = entities.find(SnapshotRow.class, snapshot);
        return found != null && !found.zone().orElse(zones.standard()).equals(row.zone());
    }

    /**
     * A volume that the EBS controller must be told of.
     *
     * @param exports as which it should be served; empty: to nobody
     * @param snapshotElsewhere whether the bytes that it is made of are in another zone
     */
    record Unfinished(Volume volume, List<Export> exports, boolean snapshotElsewhere) {}

    /**
     * An export that a volume should be served as.
     *
     * @param host the one that may open it; empty while that is not known
     * @param cephCluster the cluster that this host reaches, in which it opens the volume itself; empty: none
     */
    record Export(String name, String host, String cephCluster) {}

    /** Changes a volume under a lock; empty when it is gone. */
    <T> Optional<T> change(VolumeId id, Function<VolumeRow, T> change) {
        return database.call(entities -> Optional.ofNullable(
                        entities.find(VolumeRow.class, id.value(), LockModeType.PESSIMISTIC_WRITE))
                .map(change));
    }

    /** Forgets a volume whose bytes are gone. */
    void purge(Volume volume) {
        database.run(entities -> {
            entities.createQuery("delete from VolumeRow v where v.id = :id")
                    .setParameter("id", volume.id().value())
                    .executeUpdate();
            tags.removeAll(volume.account(), volume.id().value());
        });
    }

    /** @param fresh false when an earlier request with the same token made it */
    record Added(Volume volume, boolean fresh) {}
}
