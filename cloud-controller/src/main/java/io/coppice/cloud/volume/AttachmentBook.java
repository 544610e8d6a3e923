package io.coppice.cloud.volume;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.PlainSql;
import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.proto.ebs.v1.VolumeExport;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
        // Known to the EBS controller and to the host alone, and never used again.
        var name = new byte[NAME_BYTES];
        random.nextBytes(name);
        entities.persist(new AttachmentRow(
                row.id(), attachment, "e" + HexFormat.of().formatHex(name), cephCluster(entities, row, attachment)));
        row.serve();
        signal.raise();
    }

    /** Several who share a volume, and copies that are not made by a guest's disk, need it served. */
    private String cephCluster(EntityManager entities, VolumeRow row, Volume.Attachment attachment) {
        return row.shape().multiAttach() || attachment.state() == AttachmentState.FILLING
                ? ""
                : holders.cephCluster(entities, attachment.instanceId(), row.zone());
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

    /** Locks the instances that have the volume: before the volume. */
    void lockHolders(EntityManager entities, String volumeId) {
        var attachments = ofVolume(entities, volumeId);
        holders.lock(
                entities, attachments.stream().map(AttachmentRow::instanceId).toList());
        // They may have changed until the locks were had.
        attachments.forEach(entities::detach);
    }

    /** Where a volume is attached that one instance at most has. */
    Optional<AttachmentRow> find(EntityManager entities, String volumeId) {
        return ofVolume(entities, volumeId).stream().findFirst();
    }

    /** Where a volume is attached, the longest first. */
    List<AttachmentRow> ofVolume(EntityManager entities, String volumeId) {
        return entities.createQuery(
                        "from AttachmentRow a where a.key.volumeId = :id order by a.attachedAt, a.key.instanceId",
                        AttachmentRow.class)
                .setParameter("id", volumeId)
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
        if (volumeIds.isEmpty()) {
            return List.of();
        }
        var wanted = Set.copyOf(instanceIds);
        return entities
                .createQuery(
                        "from AttachmentRow a where a.key.volumeId in (:ids) order by a.device, a.key.volumeId",
                        AttachmentRow.class)
                .setParameter("ids", volumeIds)
                .getResultList()
                .stream()
                // A volume of these instances may be another one's too.
                .filter(each -> wanted.contains(each.instanceId()))
                .toList();
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

    /** The EBS controller serves the volume as these exports now. Its instances are locked. */
    void served(EntityManager entities, String volumeId, Collection<VolumeExport> exports) {
        var paths = exports.stream().collect(toMap(VolumeExport::getName, ExportAddress::text));
        for (var attachment : ofVolume(entities, volumeId)) {
            var path = paths.get(attachment.exportName());
            if (path != null && !path.equals(attachment.exportPath())) {
                attachment.served(path);
                entities.flush();
                holders.changed(entities, attachment.instanceId());
            }
        }
    }

    /** The volume has another size than its guests were last told of, if any has it. Its instances are locked. */
    void resized(EntityManager entities, String volumeId) {
        for (var attachment : ofVolume(entities, volumeId)) {
            entities.flush();
            holders.changed(entities, attachment.instanceId());
        }
    }

    @Override
    public Map<String, List<AttachedVolume>> desired(EntityManager entities, Collection<String> instanceIds) {
        var attachments = ofInstances(entities, instanceIds).stream()
                .filter(each -> each.exportPath() != null
                        && each.state() != AttachmentState.DETACHING
                        && each.state() != AttachmentState.FILLING)
                .toList();
        var rows = volumes(entities, attachments).stream().collect(toMap(VolumeRow::id, Function.identity()));
        var smaller = sizesBefore(entities, attachments);
        return attachments.stream()
                .collect(groupingBy(
                        AttachmentRow::instanceId,
                        mapping(
                                each -> {
                                    var row = Objects.requireNonNull(rows.get(each.volumeId()));
                                    return message(
                                            each,
                                            smaller.getOrDefault(
                                                    row.id(), row.shape().sizeGib()));
                                },
                                toList())));
    }

    /** Of volumes that are to grow, GiB: a QEMU that opens one itself would make it larger by itself, whatever room there is. */
    private static Map<String, Integer> sizesBefore(EntityManager entities, List<AttachmentRow> attachments) {
        var direct = attachments.stream()
                .filter(AttachmentRow::isDirect)
                .map(AttachmentRow::volumeId)
                .toList();
        return direct.isEmpty()
                ? Map.of()
                : entities
                        .createQuery("from ModificationRow m where m.volumeId in (:ids)", ModificationRow.class)
                        .setParameter("ids", direct)
                        .getResultList()
                        .stream()
                        .filter(ModificationRow::underWay)
                        .collect(toMap(ModificationRow::volumeId, ModificationRow::originalSizeGib));
    }

    private static AttachedVolume message(AttachmentRow attachment, int sizeGib) {
        return AttachedVolume.newBuilder()
                .setVolumeId(attachment.volumeId())
                .setDevice(attachment.device())
                .setSizeGib(sizeGib)
                .setExport(ExportAddress.export(
                        attachment.exportName(), Objects.requireNonNullElse(attachment.exportPath(), "")))
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
        for (var attachment : byVolume(entities, volumesByInstance.keySet())) {
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
    public void moved(EntityManager entities, Collection<String> instanceIds) {
        for (var attachment : byVolume(entities, instanceIds)) {
            if (ExportAddress.crossesMachines(attachment.exportPath())) {
                lock(entities, attachment).move();
                signal.raise();
            }
        }
    }

    @Override
    public void ended(EntityManager entities, Collection<String> instanceIds) {
        for (var attachment : byVolume(entities, instanceIds)) {
            var row = lock(entities, attachment);
            var last = ofVolume(entities, attachment.volumeId()).size() == 1;
            // Of several instances the last one decides. Source: "Multi-Attach" in the Amazon EBS user guide.
            if (last && attachment.deleteOnTermination()) {
                entities.remove(attachment);
                row.delete();
                signal.raise();
            } else {
                release(entities, attachment);
            }
        }
    }

    @Override
    public void goWithInstance(EntityManager entities, String instanceId, Map<String, Boolean> byDevice) {
        var attached = ofInstances(entities, List.of(instanceId)).stream()
                .collect(toMap(AttachmentRow::device, Function.identity()));
        byDevice.forEach((device, delete) -> {
            var attachment = attached.get(device);
            if (attachment == null) {
                throw AwsException.client(
                        "InvalidInstanceAttributeValue", "No device is currently mapped at " + device);
            }
            attachment.deleteOnTermination(delete);
        });
    }

    /** In the order of their volumes, in which they are locked: volumes of several instances are so by all of them. */
    private List<AttachmentRow> byVolume(EntityManager entities, Collection<String> instanceIds) {
        return ofInstances(entities, instanceIds).stream()
                .sorted(Comparator.comparing(AttachmentRow::volumeId))
                .toList();
    }

    /** The volume is this instance's no more. */
    void release(EntityManager entities, AttachmentRow attachment) {
        var row = lock(entities, attachment);
        entities.remove(attachment);
        var free = ofVolume(entities, attachment.volumeId()).isEmpty();
        append(
                entities,
                attachment,
                "volume.detached",
                free ? "free again" : "detached from " + attachment.instanceId());
        row.letGo(free);
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
