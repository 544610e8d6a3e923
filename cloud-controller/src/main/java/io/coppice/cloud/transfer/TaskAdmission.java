package io.coppice.cloud.transfer;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.token.ClientTokens;
import io.coppice.cloud.transfer.CallerCredentials.Signer;
import io.coppice.cloud.transfer.CallerObjects.Refused;
import io.coppice.cloud.transfer.CallerObjects.Upload;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Takes tasks on. It asks the object store on the request's thread, with a deadline of 5 seconds, before anything is written:
 * who names an object that is not there, or that he may not read, is told so at once. Thread-safe.
 */
@ApplicationScoped
class TaskAdmission {
    private static final Logger LOG = Logger.getLogger(TaskAdmission.class);

    private final Database database;
    private final TaskStore store;
    private final ClientTokens clientTokens;
    private final CallerCredentials credentials;
    private final CallerObjects objects;
    private final EventLog events;
    private final TaskWorker worker;
    private final Clock clock;

    TaskAdmission(
            Database database,
            TaskStore store,
            ClientTokens clientTokens,
            CallerCredentials credentials,
            CallerObjects objects,
            EventLog events,
            TaskWorker worker,
            Clock clock) {
        this.database = database;
        this.store = store;
        this.clientTokens = clientTokens;
        this.credentials = credentials;
        this.objects = objects;
        this.events = events;
        this.worker = worker;
        this.clock = clock;
    }

    /** The token of a request, and what of it counts besides. */
    record Repetition(@Nullable String clientToken, SdkPojo request) {}

    /** An image and where it goes. */
    record Export(String imageId, String bucket, String prefix, String key) {}

    /** Takes an import on, or finds the one that was asked for with the same token. */
    Task importing(RequestContext context, NewTask task, Repetition repetition) {
        var signer = credentials.issue(context.caller());
        for (var disk : task.disks()) {
            if (disk.bucket() != null && disk.key() != null) {
                requireReadable(signer, disk.bucket(), disk.key());
            }
        }
        var id = task.kind().newId();
        var now = now();
        var row = new TaskRow(id, context.account(), task, context.caller().arn(), credentials.seal(id, signer), now);
        var made = database.call(
                entities -> once(entities, context, repetition, row, disks(id, task.disks(), now), task.tags()));
        worker.signal();
        return store.require(context.account(), task.kind(), made.resourceId());
    }

    private static List<DiskRow> disks(String id, List<NewTask.Disk> disks, Instant now) {
        return IntStream.range(0, disks.size())
                .mapToObj(i -> new DiskRow(
                        id,
                        i,
                        disks.get(i),
                        disks.get(i).snapshotId() == null ? DiskStep.FETCHING : DiskStep.DONE,
                        now))
                .toList();
    }

    private void requireReadable(Signer signer, String bucket, String key) {
        try {
            if (objects.size(signer, bucket, key).isEmpty()) {
                throw TransferErrors.objectNotReadable(bucket, key);
            }
        } catch (IOException e) {
            LOG.infof("the object store was asked for %s/%s in vain: %s", bucket, key, e.getMessage());
            throw TransferErrors.storeAway();
        }
    }

    /** Takes an export on, as {@link #importing}; its id stands in the object's key. */
    Task exporting(RequestContext context, String id, NewTask task, Export export, Repetition repetition) {
        var signer = credentials.issue(context.caller());
        var upload = begin(signer, export);
        var now = now();
        var row = new TaskRow(id, context.account(), task, context.caller().arn(), credentials.seal(id, signer), now);
        row.exports(export.imageId(), export.bucket(), export.prefix(), upload.id());
        var disk = new DiskRow(id, 0, task.disks().getFirst(), DiskStep.EXPORTING, now);
        var kept = false;
        try {
            var made = database.call(entities -> once(entities, context, repetition, row, List.of(disk), task.tags()));
            kept = made.fresh();
            worker.signal();
            return store.require(context.account(), task.kind(), made.resourceId());
        } finally {
            if (!kept) {
                letGo(signer, upload);
            }
        }
    }

    private Upload begin(Signer signer, Export export) {
        try {
            return new Upload(export.bucket(), export.key(), objects.begin(signer, export.bucket(), export.key()));
        } catch (Refused e) {
            throw TransferErrors.bucketNotWritable(export.bucket());
        } catch (IOException e) {
            LOG.infof("the object store was asked for an upload to %s in vain: %s", export.bucket(), e.getMessage());
            throw TransferErrors.storeAway();
        }
    }

    private void letGo(Signer signer, Upload upload) {
        try {
            objects.abort(signer, upload);
        } catch (IOException e) {
            LOG.infof("an upload to %s that nobody needs stays: %s", upload.bucket(), e.getMessage());
        }
    }

    private ClientTokens.Made once(
            EntityManager entities,
            RequestContext context,
            Repetition repetition,
            TaskRow row,
            List<DiskRow> disks,
            Map<String, String> tags) {
        return clientTokens.once(entities, context, repetition.clientToken(), repetition.request(), () -> {
            store.add(entities, row, disks, tags);
            events.append(
                    new ChangeCause(context.action(), context.caller().arn(), context.requestId(), "Begin " + row.id()),
                    "disk-task.created",
                    row.id(),
                    row.account(),
                    Map.of("state", row.state().text()));
            return row.id();
        });
    }

    /**
     * Has a task ended and what it made cleared away; returns the state that it had. Throws {@code IncorrectState} when it is
     * over already.
     */
    TaskState cancel(AccountId account, TaskKind kind, String id, @Nullable String reason) {
        var task = store.require(account, kind, id);
        var state = task.row().state();
        var why = Objects.requireNonNullElse(reason, "").isEmpty() ? "cancelled by its owner" : String.valueOf(reason);
        if (state == TaskState.DELETING
                || store.change(id, TaskState.ACTIVE, (entities, row) -> row.stop(TaskState.DELETED, why))) {
            worker.signal();
            return state;
        }
        throw TransferErrors.over(id, store.require(account, kind, id).row().state());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
