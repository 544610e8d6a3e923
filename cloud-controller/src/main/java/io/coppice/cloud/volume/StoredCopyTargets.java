package io.coppice.cloud.volume;

import io.coppice.cloud.volume.Volume.Shape;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.proto.ebs.v1.VolumeExport;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Copy targets as rows of volumes, attached in a way of their own. Thread-safe. */
@ApplicationScoped
class StoredCopyTargets implements CopyTargets {
    private final VolumeStore store;
    private final AttachmentBook book;
    private final VolumeEncryption encryption;
    private final SiteConfig site;
    private final VolumeConfig config;
    private final Clock clock;

    StoredCopyTargets(
            VolumeStore store,
            AttachmentBook book,
            VolumeEncryption encryption,
            SiteConfig site,
            VolumeConfig config,
            Clock clock) {
        this.encryption = encryption;
        this.site = site;
        this.store = store;
        this.book = book;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public String make(EntityManager entities, AccountId account, String zone, int sizeGib, String instanceId) {
        var now = now();
        var key = encryption.keyFor(account, EncryptionWish.NONE, null);
        var row = hidden(entities, account, new Shape(zone, sizeGib, VolumeKind.GP2, null, null, key, false), now);
        // No device is named so: it does not stand in the way of one.
        var device = "copy " + row.id();
        book.attach(entities, row, new Volume.Attachment(instanceId, device, AttachmentState.FILLING, true, now));
        return row.id();
    }

    @Override
    public String makeUnserved(EntityManager entities, AccountId account, int sizeGib, @Nullable String kmsKeyId) {
        // Whoever is to have all volumes encrypted has this one, too, whenever that was said.
        var key = kmsKeyId == null ? encryption.keyFor(account, EncryptionWish.NONE, null) : kmsKeyId;
        var shape = new Shape(site.zone(), sizeGib, VolumeKind.GP2, null, null, key, false);
        var row = hidden(entities, account, shape, now());
        book.signal();
        return row.id();
    }

    @Override
    public @Nullable String unservedKey(AccountId account, EncryptionWish wish) {
        return encryption.keyFor(account, wish, null);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private VolumeRow hidden(EntityManager entities, AccountId account, Shape shape, Instant now) {
        var volume =
                new Volume(VolumeId.random(), account, shape, VolumeState.CREATING, "", 1, now, Map.of(), List.of());
        store.add(volume, null);
        var row = Objects.requireNonNull(
                entities.find(VolumeRow.class, volume.id().value()));
        row.hide();
        return row;
    }

    @Override
    public boolean freezesGuests() {
        return config.freezeForSnapshots();
    }

    @Override
    public Optional<String> failure(EntityManager entities, String id) {
        var row = entities.find(VolumeRow.class, id);
        if (row == null) {
            return Optional.of("the volume " + id + " is gone");
        }
        return row.is(VolumeState.ERROR) ? Optional.of(row.toVolume(Map.of()).errorMessage()) : Optional.empty();
    }

    @Override
    public Optional<VolumeExport> export(EntityManager entities, String id) {
        return book.find(entities, id).flatMap(attachment -> Optional.ofNullable(attachment.exportPath())
                .map(path -> ExportAddress.export(attachment.exportName(), path)));
    }

    @Override
    public void close(EntityManager entities, String id) {
        book.find(entities, id).ifPresent(attachment -> book.release(entities, attachment));
    }

    @Override
    public boolean isStill(EntityManager entities, String id) {
        var row = entities.find(VolumeRow.class, id);
        return row != null && row.isSettled() && row.is(VolumeState.AVAILABLE);
    }

    @Override
    public void delete(EntityManager entities, String id) {
        @Nullable VolumeRow row = entities.find(VolumeRow.class, id, LockModeType.PESSIMISTIC_WRITE);
        if (row != null && !row.is(VolumeState.DELETING)) {
            book.find(entities, id).ifPresent(entities::remove);
            row.delete();
            book.signal();
        }
    }
}
