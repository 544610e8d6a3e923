package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttachVolumeRequest;
import software.amazon.awssdk.services.ec2.model.AttachVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DetachVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DetachVolumeResponse;

/** AttachVolume and DetachVolume: both write what is wanted; that it came to be is observed. Thread-safe. */
@ApplicationScoped
class AttachmentActions implements ActionModule {
    /** "Device names on Linux instances" in the EC2 user guide, and what users write instead. */
    private static final Pattern DEVICE = Pattern.compile("(/dev/)?(sd|xvd|vd|hd|nvme)[a-z0-9]{1,6}");

    /** Of a volume with Multi-Attach. Source: "Multi-Attach" in the Amazon EBS user guide. */
    private static final int MOST_INSTANCES = 16;

    private static final String STOPPED = "stopped";
    private static final Set<String> CAN_HOLD = Set.of("running", "stopping", STOPPED);

    private final Database database;
    private final VolumeStore store;
    private final AttachmentBook book;
    private final VolumeHolders holders;
    private final VolumeConfig config;
    private final Clock clock;

    AttachmentActions(
            Database database,
            VolumeStore store,
            AttachmentBook book,
            VolumeHolders holders,
            VolumeConfig config,
            Clock clock) {
        this.database = database;
        this.store = store;
        this.book = book;
        this.holders = holders;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "AttachVolume", AttachVolumeRequest::builder, this::attach);
        registry.add(ActionRegistry.Service.EC2, "DetachVolume", DetachVolumeRequest::builder, this::detach);
    }

    AttachVolumeResponse attach(RequestContext context, AttachVolumeRequest request) {
        var id = VolumeActions.id(request.volumeId()).value();
        var instanceId = instance(request.instanceId());
        var device = device(request.device());
        var attachment = database.call(entities -> {
            var holder = holders.require(entities, context.account(), instanceId);
            var row = require(entities, context, id);
            checkState(entities, row, holder);
            checkDevice(entities, holder, device, row.shape().multiAttach());
            var made = new Volume.Attachment(
                    instanceId,
                    device,
                    AttachmentState.ATTACHING,
                    false,
                    clock.instant().truncatedTo(ChronoUnit.MILLIS));
            book.attach(entities, row, made);
            return made;
        });
        // Once more, when the transaction is over and the other side sees what it wrote.
        book.signal();
        var answer = VolumeAnswers.attachment(id, attachment);
        return AttachVolumeResponse.builder()
                .volumeId(answer.volumeId())
                .instanceId(answer.instanceId())
                .device(answer.device())
                .state(answer.stateAsString())
                .attachTime(answer.attachTime())
                .deleteOnTermination(answer.deleteOnTermination())
                .build();
    }

    private void checkState(EntityManager entities, VolumeRow row, VolumeHolders.Holder holder) {
        if (row.is(VolumeState.IN_USE)) {
            checkShared(row, holder, book.ofVolume(entities, row.id()));
        } else if (!row.is(VolumeState.AVAILABLE)) {
            throw VolumeErrors.notAvailable(row.id());
        }
        if (!row.zone().equals(holder.zone())) {
            throw VolumeErrors.otherZone(row.id(), holder.id());
        }
        if (!CAN_HOLD.contains(holder.state())) {
            throw VolumeErrors.instanceNotReady(holder.id());
        }
    }

    private static void checkShared(VolumeRow row, VolumeHolders.Holder holder, List<AttachmentRow> present) {
        if (!row.shape().multiAttach()
                || present.stream().anyMatch(each -> each.instanceId().equals(holder.id()))) {
            throw VolumeErrors.alreadyAttached(row.id());
        }
        if (present.size() >= MOST_INSTANCES) {
            throw VolumeErrors.instanceLimit(row.id(), MOST_INSTANCES);
        }
    }

    private void checkDevice(EntityManager entities, VolumeHolders.Holder holder, String device, boolean multiAttach) {
        var present = book.ofInstances(entities, List.of(holder.id()));
        var letter = letter(device);
        var isRoot = letter.equals(letter(holder.rootDevice()));
        if (isRoot && multiAttach) {
            throw VolumeErrors.sharedRoot(device);
        }
        if (isRoot && holder.rootIsVolume() && !holder.state().equals(STOPPED)) {
            throw VolumeErrors.rootOfRunning(holder.id());
        }
        if (isRoot && !holder.rootIsVolume()
                || holder.localDevices().stream().anyMatch(each -> letter(each).equals(letter))
                || present.stream().anyMatch(each -> letter(each.device()).equals(letter))) {
            throw VolumeErrors.deviceTaken(device);
        }
        if (present.stream()
                        .filter(each -> each.state() != AttachmentState.FILLING)
                        .count()
                >= config.maxPerInstance()) {
            throw VolumeErrors.attachmentLimit(config.maxPerInstance());
        }
    }

    /** What {@code /dev/sdf}, {@code sdf} and {@code /dev/xvdf} have in common. */
    static String letter(String device) {
        return device.replaceFirst("^(/dev/)?(sd|xvd|vd|hd)", "").replaceFirst("^a1$", "a");
    }

    DetachVolumeResponse detach(RequestContext context, DetachVolumeRequest request) {
        var id = VolumeActions.id(request.volumeId()).value();
        var detached = database.call(entities -> {
            refuseRoot(context, id);
            book.lockHolders(entities, id);
            var row = require(entities, context, id);
            var attachment = wanted(row, book.ofVolume(entities, id), request);
            checkRoot(entities, context, attachment);
            var answer = VolumeAnswers.attachment(id, attachment.toAttachment());
            if (Boolean.TRUE.equals(request.force())) {
                book.cut(entities, attachment);
            } else if (attachment.state() != AttachmentState.DETACHING) {
                book.detach(entities, attachment);
            }
            return answer;
        });
        book.signal();
        return DetachVolumeResponse.builder()
                .volumeId(id)
                .instanceId(detached.instanceId())
                .device(detached.device())
                .state(AttachmentState.DETACHING.text())
                .attachTime(detached.attachTime())
                .deleteOnTermination(detached.deleteOnTermination())
                .build();
    }

    private static AttachmentRow wanted(VolumeRow row, List<AttachmentRow> present, DetachVolumeRequest request) {
        if (present.isEmpty()) {
            throw VolumeErrors.notAttached(row.id(), row.stateText());
        }
        if (row.shape().multiAttach() && request.instanceId() == null) {
            throw VolumeErrors.missing("InstanceId");
        }
        return present.stream()
                .filter(each ->
                        request.instanceId() == null || request.instanceId().equals(each.instanceId()))
                .filter(each -> request.device() == null || request.device().equals(each.device()))
                .findFirst()
                .orElseThrow(() -> VolumeErrors.attachmentNotFound(row.id(), String.valueOf(request.instanceId())));
    }

    /** A guest that runs cannot do without its root disk. */
    private void checkRoot(EntityManager entities, RequestContext context, AttachmentRow attachment) {
        if (LaunchVolumes.isRoot(attachment.device())) {
            var holder = holders.require(entities, context.account(), attachment.instanceId());
            if (!holder.state().equals(STOPPED)) {
                throw VolumeErrors.rootOfRunning(holder.id());
            }
        }
    }

    private void refuseRoot(RequestContext context, String id) {
        store.list(context.account(), List.of(id), null, 1).stream()
                .filter(Volume::root)
                .findFirst()
                .ifPresent(root -> {
                    throw VolumeErrors.rootDisk(id);
                });
    }

    private VolumeRow require(EntityManager entities, RequestContext context, String id) {
        var row = entities.find(VolumeRow.class, id, LockModeType.PESSIMISTIC_WRITE);
        if (row == null || !row.account().equals(context.account())) {
            var root = store.list(context.account(), List.of(id), null, 1);
            throw root.isEmpty() ? VolumeErrors.notFound(id) : VolumeErrors.alreadyAttached(id);
        }
        return row;
    }

    static String device(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            throw VolumeErrors.missing("device");
        }
        if (!DEVICE.matcher(text).matches()) {
            throw VolumeErrors.badDevice(text);
        }
        return text;
    }

    private static String instance(@Nullable String text) {
        if (text == null) {
            throw VolumeErrors.missing("InstanceId");
        }
        try {
            return new InstanceId(text).value();
        } catch (MalformedIdException e) {
            throw VolumeErrors.malformedInstance(text);
        }
    }
}
