package io.coppice.cloud.volume;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.PlainSql;
import io.coppice.proto.compute.v1.AttachedVolume;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which volume is at which instance. Instances are locked before their volumes, so that none waits for another in a ring.
 * Every method works in the caller's transaction. Thread-safe.
 */
@ApplicationScoped
class AttachmentBook implements VolumeAttachments {
    private static final int NAME_BYTES = 16;

    private final VolumeHolders holders;
    private final EventLog events;
    private final VolumeSignal signal;
    private final SecureRandom random = new SecureRandom();

    AttachmentBook(VolumeHolders holders, EventLog events, VolumeSignal signal) {
        this.holders = holders;
        this.events = events;
        this.signal = signal;
    }

    /** Gives a volume, whose row is locked, to an instance that is locked. */
    void attach(EntityManager entities, VolumeRow row, Volume.Attachment attachment) {
        entities.persist(new AttachmentRow(row.id(), attachment));
        // Known to the EBS controller and to the host alone, and never used again.
        var name = new byte[NAME_BYTES];
        random.nextBytes(name);
        row.serve("e" + HexFormat.of().formatHex(name));
        signal.raise();
    }

    /** Has what was written told to the EBS controller. */
    void signal() {
        signal.raise();
    }

    /** Where changes of volumes are told. */
    EventLog events() {
        return events;
    }

    /** Calls {@code listener} whenever something is to be told to the EBS controller; it must return at once. */
    void listen(Runnable listener) {
        signal.listen(listener);
    }

    /** Locks the instance that has the volume, if one has: before the volume. */
    void lockHolder(EntityManager entities, String volumeId) {
        find(entities, volumeId).ifPresent(attachment -> {
            holders.lock(entities, List.of(attachment.instanceId()));
            // It may have changed until the lock was had.
            entities.detach(attachment);
        });
    }

    /** Where a volume is attached. */
    Optional<AttachmentRow> find(EntityManager entities, String volumeId) {
        return Optional.ofNullable(entities.find(AttachmentRow.class, volumeId));
    }

    /** All attachments of these volumes. */
    List<AttachmentRow> ofVolumes(EntityManager entities, Collection<String> volumeIds) {
        return volumeIds.isEmpty()
                ? List.of()
                : entities.createQuery("from AttachmentRow a where a.volumeId in (:ids)", AttachmentRow.class)
                        .setParameter("ids", volumeIds)
                        .getResultList();
    }

    /** All attachments of these instances in the order of their devices. Most instances have none, and are not few. */
    List<AttachmentRow> ofInstances(EntityManager entities, Collection<String> instanceIds) {
        if (instanceIds.isEmpty()) {
            return List.of();
        }
        entities.flush();
        // One array: as a list, a page's ids would be a thousand parameters to parse and plan.
        var volumeIds = PlainSql.query(
                entities,
                "select volume_id from volume_attachment where instance_id = any(?)",
                row -> row.getString(1),
                (Object) instanceIds.toArray(String[]::new));
        return volumeIds.isEmpty()
                ? List.of()
                : entities.createQuery(
                                "from AttachmentRow a where a.volumeId in (:ids) order by a.device, a.volumeId",
                                AttachmentRow.class)
                        .setParameter("ids", volumeIds)
                        .getResultList();
    }

    /** The guest should let go of the volume; its row is locked, and its instance. */
    void detach(EntityManager entities, AttachmentRow attachment) {
        attachment.become(AttachmentState.DETACHING);
        entities.flush();
        holders.changed(entities, attachment.instanceId());
    }

    /** The volume is taken from its instance, whatever the guest says. */
    void cut(EntityManager entities, AttachmentRow attachment) {
        var instance = attachment.instanceId();
        release(entities, attachment);
        entities.flush();
        holders.changed(entities, instance);
    }

    /** The EBS controller serves the volume now. Its instance is locked. */
    void served(EntityManager entities, String volumeId, String path) {
        find(entities, volumeId).filter(each -> !path.equals(each.exportPath())).ifPresent(attachment -> {
            attachment.served(path);
            entities.flush();
            holders.changed(entities, attachment.instanceId());
        });
    }

    /** The volume has another size than its guest was last told of, if one has it. Its instance is locked. */
    void resized(EntityManager entities, String volumeId) {
        find(entities, volumeId).ifPresent(attachment -> {
            entities.flush();
            holders.changed(entities, attachment.instanceId());
        });
    }

    @Override
    public Map<String, List<AttachedVolume>> desired(EntityManager entities, Collection<String> instanceIds) {
        var attachments = ofInstances(entities, instanceIds).stream()
                .filter(each -> each.exportPath() != null
                        && each.state() != AttachmentState.DETACHING
                        && each.state() != AttachmentState.FILLING)
                .toList();
        var rows = volumes(entities, attachments).stream().collect(toMap(VolumeRow::id, Function.identity()));
        return attachments.stream()
                .collect(groupingBy(
                        AttachmentRow::instanceId,
                        mapping(each -> message(each, Objects.requireNonNull(rows.get(each.volumeId()))), toList())));
    }

    private static AttachedVolume message(AttachmentRow attachment, VolumeRow row) {
        return AttachedVolume.newBuilder()
                .setVolumeId(attachment.volumeId())
                .setDevice(attachment.device())
                .setSizeGib(row.shape().sizeGib())
                .setExport(
                        ExportAddress.export(row.exportName(), Objects.requireNonNullElse(attachment.exportPath(), "")))
                .build();
    }

    private static List<VolumeRow> volumes(EntityManager entities, Collection<AttachmentRow> attachments) {
        return attachments.isEmpty()
                ? List.of()
                : entities.createQuery("from VolumeRow v where v.id in (:ids)", VolumeRow.class)
                        .setParameter(
                                "ids",
                                attachments.stream()
                                        .map(AttachmentRow::volumeId)
                                        .toList())
                        .getResultList();
    }

    @Override
    public void observed(EntityManager entities, Map<String, ? extends Collection<String>> volumesByInstance) {
        for (var attachment : ofInstances(entities, volumesByInstance.keySet())) {
            var instanceId = attachment.instanceId();
            var has = Objects.requireNonNull(volumesByInstance.get(instanceId)).contains(attachment.volumeId());
            switch (attachment.state()) {
                case ATTACHING -> {
                    if (has) {
                        attachment.become(AttachmentState.ATTACHED);
                        append(entities, attachment, "volume.attached", "attached to " + instanceId);
                    }
                }
                case DETACHING -> {
                    if (!has) {
                        release(entities, attachment);
                    }
                }
                case ATTACHED, FILLING -> {
                    // As it should be, or about to be given again.
                }
            }
        }
    }

    @Override
    public void ended(EntityManager entities, Collection<String> instanceIds) {
        for (var attachment : ofInstances(entities, instanceIds)) {
            if (attachment.deleteOnTermination()) {
                var row = lock(entities, attachment);
                entities.remove(attachment);
                row.delete();
                signal.raise();
            } else {
                release(entities, attachment);
            }
        }
    }

    /** The volume is nobody's any more. */
    void release(EntityManager entities, AttachmentRow attachment) {
        var row = lock(entities, attachment);
        append(entities, attachment, "volume.detached", "free again");
        entities.remove(attachment);
        row.withdraw();
        signal.raise();
    }

    private static VolumeRow lock(EntityManager entities, AttachmentRow attachment) {
        return Objects.requireNonNull(
                entities.find(VolumeRow.class, attachment.volumeId(), LockModeType.PESSIMISTIC_WRITE));
    }

    private void append(EntityManager entities, AttachmentRow attachment, String kind, String what) {
        var row = Objects.requireNonNull(entities.find(VolumeRow.class, attachment.volumeId()));
        events.append(
                new ChangeCause("observation", "coppice", "", "Volume " + attachment.volumeId() + " is " + what),
                kind,
                attachment.volumeId(),
                row.account(),
                Map.of("instance", attachment.instanceId(), "device", attachment.device()));
    }

    @Override
    public Map<String, List<Held>> of(EntityManager entities, Collection<String> instanceIds) {
        return ofInstances(entities, instanceIds).stream()
                .filter(each -> each.state() != AttachmentState.FILLING)
                .collect(groupingBy(
                        AttachmentRow::instanceId,
                        mapping(
                                each -> new Held(
                                        each.volumeId(),
                                        each.device(),
                                        each.state().text(),
                                        each.toAttachment().since(),
                                        each.deleteOnTermination()),
                                toList())));
    }
}
