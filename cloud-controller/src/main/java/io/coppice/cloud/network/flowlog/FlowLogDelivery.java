package io.coppice.cloud.network.flowlog;

import io.coppice.cloud.network.flowlog.LogBuckets.NotDelivered;
import io.coppice.cloud.network.flowlog.WaitingFiles.Position;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import io.coppice.proto.network.v1.FlowReport;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Makes objects of what hosts have counted and puts them into their buckets. What was taken from a zone is in the database before it is
 * forgotten there; an object that cannot be put waits there. Used by one process of the cloud at a time.
 */
@ApplicationScoped
public class FlowLogDelivery {
    private static final Logger LOG = Logger.getLogger(FlowLogDelivery.class);
    /** Answers of a zone in one pass, of 1 MiB each. */
    private static final int MOST_ANSWERS = 64;

    private final Database database;
    private final FlowSource source;
    private final FlowLogs logs;
    private final WaitingFiles files;
    private final LogBuckets buckets;
    private final FlowLogConfig config;
    private final SiteConfig site;
    private final Clock clock;

    /** For the container and for tests. */
    FlowLogDelivery(
            Database database,
            FlowSource source,
            FlowLogs logs,
            WaitingFiles files,
            LogBuckets buckets,
            FlowLogConfig config,
            SiteConfig site,
            Clock clock) {
        this.database = database;
        this.source = source;
        this.logs = logs;
        this.files = files;
        this.buckets = buckets;
        this.config = config;
        this.site = site;
        this.clock = clock;
    }

    /** Takes what there is, and delivers what waits. */
    void pass() {
        database.run(files::forgetTags);
        source.zones().forEach(this::collect);
        int dropped = database.call(entities -> files.trim(entities, config.maxWaiting()));
        if (dropped > 0) {
            LOG.warnf("%d objects of flow logs are lost: their buckets could not be written for long", dropped);
        }
        database.call(files::flowLogs).forEach(this::deliver);
    }

    private void collect(String zone) {
        for (int i = 0; i < MOST_ANSWERS; i++) {
            var position = database.call(entities -> files.position(entities, zone));
            var answer = source.take(
                    zone,
                    TakeFlowsRequest.newBuilder()
                            .setStreamId(position.streamId())
                            .setDoneSequence(position.sequence())
                            .build());
            if (answer.isEmpty() || answer.get().getReportsCount() == 0) {
                return;
            }
            keep(zone, position, answer.get());
        }
    }

    private void keep(String zone, Position before, TakeFlowsResponse answer) {
        var position = new Position(answer.getStreamId(), answer.getLastSequence());
        var incomplete = isSomethingMissing(before, answer);
        var reports = answer.getReportsList();
        database.run(entities -> {
            var vpcs = reports.stream().map(FlowReport::getVpcId).collect(Collectors.toSet());
            for (var log : logs.of(entities, vpcs)) {
                var records = FlowRecords.of(log, reports, incomplete);
                if (!records.isEmpty()) {
                    var origin = "%s %s %d".formatted(zone, position.streamId(), position.sequence());
                    files.add(entities, log.id, LogFile.of(log, site.region(), clock.instant(), origin, records));
                }
            }
            files.taken(entities, zone, position);
        });
    }

    /** What a zone had when it ended, and what it had no room for, never comes. */
    private static boolean isSomethingMissing(Position before, TakeFlowsResponse answer) {
        var first = answer.getLastSequence() - answer.getReportsCount() + 1;
        if (before.streamId().isEmpty()) {
            return answer.getDropped() > 0;
        }
        return !before.streamId().equals(answer.getStreamId()) || first != before.sequence() + 1;
    }

    private void deliver(String flowLogId) {
        for (var file : database.call(entities -> files.of(entities, flowLogId))) {
            var content = database.call(entities -> files.content(entities, file.id()));
            if (content.isEmpty()) {
                return;
            }
            var bucket = LogDestination.parse(file.destination()).bucket();
            try {
                buckets.put(file.accountId(), bucket, file.key(), content.get());
                database.run(entities -> files.delivered(entities, flowLogId, file.id()));
            } catch (NotDelivered e) {
                LOG.infof("%s cannot be delivered to %s, it is tried again: %s", flowLogId, bucket, e.getMessage());
                database.run(
                        entities -> files.failed(entities, flowLogId, e.refused() ? "Access error" : "Unknown error"));
                return;
            }
        }
    }
}
