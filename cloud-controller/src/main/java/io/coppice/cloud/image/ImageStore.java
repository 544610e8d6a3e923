package io.coppice.cloud.image;

import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.cloud.quota.Quota;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/** Images in the database. Thread-safe. */
@ApplicationScoped
class ImageStore {
    static final String RESOURCE_TYPE = "image";

    private static final int UNFINISHED_LIMIT = 256;

    private static final String LAUNCHABLE = """
            select account_id, sha256, size_bytes, virtual_size_bytes, format, architecture, root_device_name,
                boot_mode, local_disks, owner_alias is not null, signed_by
            from image i where id = ? and sha256 <> '' and state = ? and (is_public or account_id = ? or exists (
                select from image_launch_permission p where p.image_id = i.id and p.account_id = ?))""";

    private final Database database;
    private final Tags tags;
    private final ImageConfig config;
    private final ImageTrust trust;

    ImageStore(Database database, Tags tags, ImageConfig config) {
        this.database = database;
        this.tags = tags;
        this.config = config;
        this.trust = new ImageTrust(config);
    }

    /** Which of them are trusted. */
    ImageTrust trust() {
        return trust;
    }

    /**
     * Adds an image with its tags; throws {@code InvalidAMIName.Duplicate}, {@code ResourceLimitExceeded} or, unsigned where it must be signed, {@code
     * OperationNotPermitted}.
     */
    void add(Image image) {
        trust.checkRegistration(image);
        database.run(entities -> {
            var name = image.description().name();
            named(entities, image.owner(), name).ifPresent(other -> {
                throw ImageErrors.duplicateName(name, other.id());
            });
            var count = entities.createQuery(
                            "select count(i) from ImageRow i where i.accountId = :account and i.state <> 'deregistered'",
                            Long.class)
                    .setParameter("account", image.owner().value())
                    .getSingleResult();
            var limit = AccountQuotas.limit(entities, image.owner(), Quota.IMAGES, config.maxPerAccount());
            if (count >= limit) {
                throw ImageErrors.limitExceeded(limit);
            }
            entities.persist(new ImageRow(image));
            flushNamed(entities, name);
            tags.put(image.owner(), image.id().value(), RESOURCE_TYPE, image.tags());
        });
    }

    /** The account's image of this name that is not deregistered. */
    Optional<Image> named(AccountId account, String name) {
        return database.call(entities -> named(entities, account, name).map(row -> row.toImage(Map.of())));
    }

    private static Optional<ImageRow> named(EntityManager entities, AccountId account, String name) {
        return entities
                .createQuery(
                        "from ImageRow i where i.accountId = :account and i.name = :name"
                                + " and i.state not in ('recycled', 'deregistered')",
                        ImageRow.class)
                .setParameter("account", account.value())
                .setParameter("name", name)
                .getResultList()
                .stream()
                .findFirst();
    }

    /** The image if it exists, deregistered ones too, without tags. */
    Optional<Image> find(ImageId id) {
        return database.call(entities -> Optional.ofNullable(entities.find(ImageRow.class, id.value()))
                .map(row -> row.toImage(Map.of()))
                .map(image -> image.knowing(encrypted(entities, List.of(image)))));
    }

    /**
     * The image if nothing keeps this account from launching it now: one query, since every launch asks. Only of one whose
     * root disk comes from an object.
     */
    Optional<Images.LaunchImage> launchable(AccountId account, ImageId id) {
        return database.call(entities -> PlainSql.query(
                        entities,
                        LAUNCHABLE,
                        row -> new Images.LaunchImage(
                                id,
                                new AccountId(row.getString(1)),
                                row.getString(2),
                                row.getLong(3),
                                row.getLong(4),
                                row.getString(5),
                                row.getString(6),
                                row.getString(7),
                                List.of(),
                                ImageRow.needs(row.getString(8), row.getString(9)),
                                new Provenance(row.getBoolean(10), row.getString(11))),
                        id.value(),
                        ImageState.AVAILABLE.text(),
                        account.value(),
                        account.value())
                .stream()
                .findFirst());
    }

    /**
     * At most {@code limit} images that the account may see, by id, with the account's tags: three queries.
     *
     * @param ids null for all
     * @param after only images whose id is greater; null for all
     */
    List<Image> visible(AccountId account, @Nullable Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "from ImageRow i where i.state not in ('recycled', 'deregistered')"
                                    + " and (i.accountId = :account or i.isPublic or :account member of i.launchers)"
                                    + (ids == null ? "" : " and i.id in (:ids)")
                                    + (after == null ? "" : " and i.id > :after")
                                    + " order by i.id",
                            ImageRow.class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (ids != null) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            var rows = query.getResultList();
            var tagsById = tags.of(account, rows.stream().map(ImageRow::id).toList());
            var images = rows.stream()
                    .map(row -> row.toImage(tagsById.getOrDefault(row.id(), Map.of())))
                    .toList();
            var encrypted = encrypted(entities, images);
            return images.stream().map(image -> image.knowing(encrypted)).toList();
        });
    }

    /** Those of the images' snapshots that are encrypted. */
    private static Set<String> encrypted(EntityManager entities, List<Image> images) {
        var ids = images.stream().flatMap(image -> image.snapshotIds().stream()).toList();
        if (ids.isEmpty()) {
            return Set.of();
        }
        return Set.copyOf(entities.createNativeQuery(
                        "select s.id from {h-schema}snapshot s where s.kms_key_id is not null and s.id in (:ids)",
                        String.class)
                .setParameter("ids", ids)
                .getResultList());
    }

    /** The least id of an available image for each of these hashes that one has. */
    Map<String, String> idsByHash(Collection<String> hashes) {
        if (hashes.isEmpty()) {
            return Map.of();
        }
        return database.call(entities -> entities.createQuery(
                        "select i.sha256, min(i.id) from ImageRow i where i.state = :state and i.sha256 in (:hashes)"
                                + " group by i.sha256",
                        Object[].class)
                .setParameter("state", ImageState.AVAILABLE.text())
                .setParameter("hashes", hashes)
                .getResultStream()
                .collect(Collectors.toMap(row -> (String) row[0], row -> (String) row[1])));
    }

    /** Changes an image that is in this state; gives whether it was. */
    boolean change(ImageId id, ImageState expected, Consumer<ImageRow> change) {
        return database.call(entities -> {
            var row = entities.find(ImageRow.class, id.value(), LockModeType.PESSIMISTIC_WRITE);
            if (row == null || !row.is(expected)) {
                return false;
            }
            change.accept(row);
            return true;
        });
    }

    /** Takes an image back from the recycle bin, whose row is locked; throws {@code InvalidAMIName.Duplicate}. */
    void restore(EntityManager entities, ImageRow row) {
        var image = row.toImage(Map.of());
        var name = image.description().name();
        named(entities, image.owner(), name).ifPresent(other -> {
            throw ImageErrors.duplicateName(name, other.id());
        });
        row.restore();
        flushNamed(entities, name);
    }

    private static void flushNamed(EntityManager entities, String name) {
        try {
            entities.flush();
        } catch (ConstraintViolationException e) {
            throw ImageErrors.duplicateName(name, "that was registered at the same time");
        }
    }

    /** Images in this state that background work has to look at, oldest first, a few hundred at most. */
    List<Image> inState(ImageState state) {
        return database.call(entities -> entities
                .createQuery("from ImageRow i where i.state = :state order by i.createdAt", ImageRow.class)
                .setParameter("state", state.text())
                .setMaxResults(UNFINISHED_LIMIT)
                .getResultList()
                .stream()
                .map(row -> row.toImage(Map.of()))
                .toList());
    }

    /** Forgets a deregistered image for good. */
    void purge(ImageId id) {
        database.run(entities -> {
            var row = entities.find(ImageRow.class, id.value());
            if (row != null && row.is(ImageState.DEREGISTERED)) {
                entities.remove(row);
            }
        });
    }
}
