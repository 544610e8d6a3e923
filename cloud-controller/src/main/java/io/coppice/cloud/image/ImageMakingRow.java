package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An image that is being made of an instance, as the database keeps it until the image has its snapshots. */
@Entity
@Table(name = "image_making")
class ImageMakingRow {
    @Id
    @Column(name = "image_id")
    private String imageId;

    @Column(name = "account_id", nullable = false)
    private String accountId;

    @Column(name = "instance_id", nullable = false)
    private String instanceId;

    @Column(name = "shut_down", nullable = false)
    private boolean shutDown;

    @Column(name = "target_id")
    private @Nullable String targetId;

    @Column(name = "step", nullable = false)
    private String step;

    @Column(name = "description", nullable = false)
    private String description;

    /** Alternating keys and values, one a line: tags hold no line ends here, {@link #escape}. */
    @Column(name = "snapshot_tags", nullable = false)
    private String snapshotTags;

    @Column(name = "started_at", nullable = false)
    private Instant startedAt;

    @ElementCollection(fetch = FetchType.EAGER)
    @CollectionTable(name = "image_making_disk", joinColumns = @JoinColumn(name = "image_id"))
    private Set<PlannedDisk> disks = new HashSet<>();

    @SuppressWarnings("NullAway.Init")
    protected ImageMakingRow() {}

    /**
     * An image whose making begins.
     *
     * @param target null when nothing is to be copied
     */
    ImageMakingRow(ImageId image, AccountId account, Plan plan, @Nullable String target, Instant now) {
        imageId = image.value();
        accountId = account.value();
        instanceId = plan.instanceId();
        shutDown = plan.shutDown();
        targetId = target;
        step = MakingStep.COPYING.text();
        description = plan.description();
        snapshotTags = plan.snapshotTags().entrySet().stream()
                .map(tag -> escape(tag.getKey()) + "\n" + escape(tag.getValue()))
                .collect(Collectors.joining("\n"));
        startedAt = now;
        disks.addAll(plan.disks());
    }

    /**
     * What is to be made.
     *
     * @param shutDown whether the guest is to be off meanwhile
     * @param description of the snapshots
     */
    record Plan(
            String instanceId,
            boolean shutDown,
            String description,
            Map<String, String> snapshotTags,
            List<PlannedDisk> disks) {}

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static String unescape(String text) {
        var plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            var next = text.charAt(i);
            if (next == '\\') {
                i++;
                plain.append(text.charAt(i) == 'n' ? '\n' : text.charAt(i));
            } else {
                plain.append(next);
            }
        }
        return plain.toString();
    }

    ImageId imageId() {
        return new ImageId(imageId);
    }

    AccountId account() {
        return new AccountId(accountId);
    }

    String instanceId() {
        return instanceId;
    }

    boolean shutDown() {
        return shutDown;
    }

    @Nullable
    String targetId() {
        return targetId;
    }

    MakingStep step() {
        return MakingStep.parse(step);
    }

    void become(MakingStep next) {
        step = next.text();
    }

    String description() {
        return description;
    }

    Map<String, String> snapshotTags() {
        var tags = new LinkedHashMap<String, String>();
        if (!snapshotTags.isEmpty()) {
            var lines = snapshotTags.split("\n", -1);
            for (int i = 0; i + 1 < lines.length; i += 2) {
                tags.put(unescape(lines[i]), unescape(lines[i + 1]));
            }
        }
        return tags;
    }

    /** What the image will begin with, in the order of the devices. */
    List<PlannedDisk> disks() {
        return disks.stream().sorted(Comparator.comparing(PlannedDisk::device)).toList();
    }
}
