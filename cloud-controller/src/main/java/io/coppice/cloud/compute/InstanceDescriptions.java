package io.coppice.cloud.compute;

import io.coppice.cloud.compute.InstanceFilters.Tagged;
import io.coppice.cloud.compute.InstanceReader.Place;
import io.coppice.cloud.compute.WrittenInstances.Version;
import io.coppice.cloud.query.Page;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.query.EnclosingStructure;
import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.WrittenStructure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;

/**
 * Puts answers of DescribeInstances together from instances that are written once and kept until they change, since a list
 * that is asked for again and again is mostly what it was. Thread-safe.
 */
final class InstanceDescriptions {
    private final InstanceAnswers answers;
    private final WrittenInstances kept;

    InstanceDescriptions(InstanceAnswers answers, WrittenInstances kept) {
        this.answers = answers;
        this.kept = kept;
    }

    /** The answer of a page that was read whole. */
    EnclosingStructure ofRows(AccountId account, Page<Tagged> page) {
        var list = new Reservations(answers, account);
        for (var each : page.rows()) {
            list.add(each.row().reservationId, written(each));
        }
        return list.answer(page.nextToken());
    }

    /**
     * The answer of a page.
     *
     * @param read gives the rows of those that are not kept as they are now; one that it leaves out is left out of the answer
     */
    EnclosingStructure ofPlaces(AccountId account, Page<Place> page, Function<List<Place>, List<Tagged>> read) {
        var found = new HashMap<String, WrittenStructure>();
        var missing = new ArrayList<Place>();
        for (var place : page.rows()) {
            var written = kept.find(place.id(), new Version(place.version(), place.tags(), place.volumes()));
            if (written == null) {
                missing.add(place);
            } else {
                found.put(place.id(), written);
            }
        }
        if (!missing.isEmpty()) {
            read.apply(missing).forEach(row -> found.put(row.row().id, written(row)));
        }
        var list = new Reservations(answers, account);
        for (var place : page.rows()) {
            var written = found.get(place.id());
            if (written != null) {
                list.add(place.reservationId(), written);
            }
        }
        return list.answer(page.nextToken());
    }

    private WrittenStructure written(Tagged given) {
        var row = given.row();
        var version = new Version(given.version(), given.tags(), row.volumes);
        var present = kept.find(row.id, version);
        if (present != null) {
            return present;
        }
        var written = WrittenStructure.of(QueryService.EC2, answers.instance(row, Map.of(row.id, given.tags())));
        kept.keep(row.id, version, written);
        return written;
    }

    /** Gathers instances by their reservations, which stand in the order of their first instances. Not thread-safe. */
    private static final class Reservations {
        private final InstanceAnswers answers;
        private final AccountId account;
        private final Map<String, List<WrittenStructure>> byId = new LinkedHashMap<>();

        Reservations(InstanceAnswers answers, AccountId account) {
            this.answers = answers;
            this.account = account;
        }

        void add(String reservationId, WrittenStructure instance) {
            byId.computeIfAbsent(reservationId, id -> new ArrayList<>()).add(instance);
        }

        EnclosingStructure answer(@Nullable String nextToken) {
            var each = byId.entrySet().stream()
                    .map(entry -> new EnclosingStructure(
                            answers.reservation(entry.getKey(), account), "instancesSet", entry.getValue()))
                    .toList();
            var model = DescribeInstancesResponse.builder().nextToken(nextToken).build();
            return new EnclosingStructure(model, "reservationSet", each);
        }
    }
}
