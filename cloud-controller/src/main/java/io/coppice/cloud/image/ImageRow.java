package io.coppice.cloud.image;

import io.coppice.cloud.localdisk.MappedDisk;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.annotations.Fetch;
import org.hibernate.annotations.FetchMode;
import org.jspecify.annotations.Nullable;

/** An image as the database keeps it. */
@Entity
@Table(name = "image")
class ImageRow {
    @Id
    @Column(name = "id")
    private String id;

    @Column(name = "account_id", nullable = false)
    private String accountId;

    @Column(name = "owner_alias")
    private @Nullable String ownerAlias;

    @Column(name = "name", nullable = false)
    private String name;

    @Column(name = "description", nullable = false)
    private String description;

    @Column(name = "bucket", nullable = false)
    private String bucket;

    @Column(name = "object_key", nullable = false)
    private String objectKey;

    @Column(name = "architecture", nullable = false)
    private String architecture;

    @Column(name = "root_device_name", nullable = false)
    private String rootDeviceName;

    @Column(name = "source_image_id")
    private @Nullable String sourceId;

    @Column(name = "state", nullable = false)
    private String state;

    @Column(name = "state_reason", nullable = false)
    private String stateReason;

    @Column(name = "is_public", nullable = false)
    private boolean isPublic;

    @Column(name = "sha256", nullable = false)
    private String sha256;

    @Column(name = "size_bytes", nullable = false)
    private long sizeBytes;

    @Column(name = "virtual_size_bytes", nullable = false)
    private long virtualSizeBytes;

    @Column(name = "format", nullable = false)
    private String format;

    @Column(name = "boot_mode", nullable = false)
    private String bootMode;

    @Column(name = "local_disks", nullable = false)
    private String localDisks;

    @Column(name = "signature", nullable = false)
    private String signature;

    @Column(name = "signed_by", nullable = false)
    private String signedBy;

    @Column(name = "deprecate_at")
    private @Nullable Instant deprecateAt;

    @Embedded
    private ImageProtection protection = ImageProtection.OFF;

    /** Its time in the recycle bin; null when it is not there. */
    @Embedded
    private @Nullable BinStay stay;

    @Column(name = "created_at", nullable = false)
    private Instant createdAt;

    /** Read by one more query for all rows of a result, not by one a row. */
    @ElementCollection(fetch = FetchType.EAGER)
    @Fetch(FetchMode.SUBSELECT)
    @CollectionTable(name = "image_launch_permission", joinColumns = @JoinColumn(name = "image_id"))
    @Column(name = "account_id", nullable = false)
    private Set<String> launchers = new HashSet<>();

    @ElementCollection(fetch = FetchType.EAGER)
    @Fetch(FetchMode.SUBSELECT)
    @CollectionTable(name = "image_disk", joinColumns = @JoinColumn(name = "image_id"))
    private Set<ImageDisk> disks = new HashSet<>();

    @SuppressWarnings("NullAway.Init")
    protected ImageRow() {}

    ImageRow(Image image) {
        id = image.id().value();
        accountId = image.owner().value();
        ownerAlias = image.ownerAlias();
        name = image.description().name();
        description = image.description().text();
        bucket = image.description().bucket();
        objectKey = image.description().key();
        architecture = image.description().architecture();
        rootDeviceName = image.description().rootDeviceName();
        sourceId = image.description().sourceId();
        state = image.state().text();
        stateReason = image.stateReason();
        isPublic = image.isPublic();
        sha256 = image.content().sha256();
        sizeBytes = image.content().sizeBytes();
        virtualSizeBytes = image.content().virtualSizeBytes();
        format = image.content().format();
        bootMode = image.description().needs().bootMode().text();
        localDisks = MappedDisk.write(image.description().needs().localDisks());
        signature = image.description().signature();
        signedBy = image.content().signedBy();
        createdAt = image.createdAt();
        disk(image.disks());
    }

    /** What its instances begin with. */
    void disk(List<DiskMapping> mappings) {
        disks.clear();
        mappings.forEach(mapping -> disks.add(ImageDisk.of(mapping)));
    }

    /** Everything that it is made of is there. */
    void becomeAvailable() {
        state = ImageState.AVAILABLE.text();
        stateReason = "";
    }

    String id() {
        return id;
    }

    boolean is(ImageState expected) {
        return state.equals(expected.text());
    }

    void becomeAvailable(Image.Content content) {
        state = ImageState.AVAILABLE.text();
        stateReason = "";
        sha256 = content.sha256();
        sizeBytes = content.sizeBytes();
        virtualSizeBytes = content.virtualSizeBytes();
        format = content.format();
        signedBy = content.signedBy();
    }

    void fail(String reason) {
        state = ImageState.FAILED.text();
        stateReason = reason;
    }

    AccountId account() {
        return new AccountId(accountId);
    }

    /** Its owner deregistered it, and can have it back until then. */
    void recycle(Instant now, Instant until, boolean withSnapshots) {
        stay = new BinStay(now, until, state, withSnapshots);
        state = ImageState.RECYCLED.text();
    }

    /** Its owner has it back. */
    void restore() {
        state = Objects.requireNonNull(stay).stateBefore();
        stay = null;
    }

    /** Its time in the recycle bin; null when it is not there. */
    @Nullable
    BinStay stay() {
        return stay;
    }

    ImageProtection protection() {
        return protection;
    }

    void protect(ImageProtection wanted) {
        protection = wanted;
    }

    void deregister() {
        state = ImageState.DEREGISTERED.text();
        stay = null;
        isPublic = false;
        launchers.clear();
    }

    /** Its owner switches it off: nobody else has it then. */
    void disable() {
        state = ImageState.DISABLED.text();
        isPublic = false;
        launchers.clear();
    }

    /** @param from null for never */
    void deprecate(@Nullable Instant from) {
        deprecateAt = from;
    }

    void describe(String text) {
        description = text;
    }

    void share(boolean withEverybody, Set<AccountId> accounts) {
        isPublic = withEverybody;
        launchers.clear();
        accounts.forEach(account -> launchers.add(account.value()));
    }

    /** One account may no longer launch it. */
    void unshare(AccountId account) {
        launchers.remove(account.value());
    }

    /** What two of the columns say. */
    static GuestNeeds needs(String bootMode, String localDisks) {
        return new GuestNeeds(BootMode.of(bootMode).orElse(BootMode.LEGACY_BIOS), MappedDisk.read(localDisks));
    }

    Image toImage(Map<String, String> tags) {
        return new Image(
                new ImageId(id),
                new AccountId(accountId),
                ownerAlias,
                new Image.Description(
                        name,
                        description,
                        bucket,
                        objectKey,
                        architecture,
                        rootDeviceName,
                        sourceId,
                        needs(bootMode, localDisks),
                        signature),
                ImageState.parse(state),
                stateReason,
                isPublic,
                new Image.Content(sha256, sizeBytes, virtualSizeBytes, format, signedBy),
                disks.stream()
                        .map(ImageDisk::toMapping)
                        .sorted(Comparator.comparing((DiskMapping disk) -> !disk.root())
                                .thenComparing(DiskMapping::device))
                        .toList(),
                createdAt,
                deprecateAt,
                launchers.stream().map(AccountId::new).collect(Collectors.toUnmodifiableSet()),
                protection,
                told(tags));
    }

    /** Who signed it is told as a tag, since AWS has no field for it. */
    private Map<String, String> told(Map<String, String> tags) {
        if (signedBy.isEmpty()) {
            return tags;
        }
        var all = new HashMap<>(tags);
        all.put(ImageTrust.SIGNER_TAG, signedBy);
        return Map.copyOf(all);
    }
}
