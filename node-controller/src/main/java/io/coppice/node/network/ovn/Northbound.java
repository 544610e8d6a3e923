package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.node.network.ovn.PresentRows.Present;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Writes VPCs into OVN's northbound database, which all hosts of a site share. A change is one transaction, which begins with a
 * look whether the VPC's guard is still as it was read: of two hosts that write at once one does it again, and a host that was
 * told an older generation leaves alone what all share. Rows that bear no mark of ours are never touched. Thread-safe.
 */
final class Northbound {
    private static final Logger LOG = Logger.getLogger(Northbound.class);
    private static final int MOST_RACES = 40;
    private static final long RACE_PAUSE_NANOS = 40_000_000;
    private static final String GLOBAL = "NB_Global";
    private static final String CHANGES = "nb_cfg";

    private final OvsdbClient database;

    Northbound(OvsdbClient database) {
        this.database = database;
    }

    /**
     * What a host wants of a VPC.
     *
     * @param generation of the VPC as this host was told it
     * @param node this host, as OVN knows it: its mark on what is its own
     * @param shared what all hosts that were told the same write alike
     * @param own what is this host's, empty when nothing of the VPC is here: with the last host's rows go those of all
     * @param claimed keys of ports that are this host's now although another host's mark is on them
     */
    record Wanted(String vpcId, long generation, String node, List<Row> shared, List<Row> own, Set<String> claimed) {}

    /** Throws unless the database answers and has been set up. */
    void check() throws IOException {
        var rows = database.transact(List.of(Ovsdb.select(GLOBAL, Ovsdb.everywhere(), CHANGES)))
                .getFirst()
                .path("rows");
        if (rows.size() != 1) {
            throw new IOException("%s has not been set up yet (ovn-nbctl init)".formatted(database));
        }
    }

    /** Makes the rows of the VPC what is wanted; the number of the change that a host must have reached to follow it. */
    int follow(Wanted wanted) throws IOException {
        for (int race = 0; ; race++) {
            try {
                return attempt(wanted);
            } catch (OvsdbException e) {
                if (!e.isRace() || race == MOST_RACES) {
                    throw e;
                }
                LOG.debugf("another host wrote %s at the same time: %s", wanted.vpcId(), e.getMessage());
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(RACE_PAUSE_NANOS));
            }
        }
    }

    private int attempt(Wanted wanted) throws IOException {
        var present = new PresentRows();
        var number = read(wanted.vpcId(), present);
        var difference = NorthboundDifference.between(present, wanted);
        if (difference.isEmpty()) {
            return number;
        }
        var operations = new ArrayList<>(difference);
        operations.add(Ovsdb.mutate(GLOBAL, Ovsdb.everywhere(), CHANGES, "+=", Ovsdb.number(1)));
        operations.add(Ovsdb.select(GLOBAL, Ovsdb.everywhere(), CHANGES));
        return changes(database.transact(operations).get(operations.size() - 1));
    }

    private int read(String vpcId, PresentRows present) throws IOException {
        var questions = new ArrayList<JsonNode>();
        var marked = Ovsdb.where(Marks.COLUMN, "includes", Ovsdb.map(Map.of(Marks.VPC, vpcId)));
        for (var table : Table.values()) {
            questions.add(Ovsdb.select(table.title(), marked));
        }
        questions.add(Ovsdb.select(GLOBAL, Ovsdb.everywhere(), CHANGES));
        var answers = database.transact(questions);
        for (var table : Table.values()) {
            present.add(table, answers.get(table.ordinal()).path("rows"));
        }
        return changes(answers.getLast());
    }

    private static int changes(JsonNode answer) {
        return answer.path("rows").path(0).path(CHANGES).asInt();
    }

    /** What a VPC has in the database, by key of the table; for whoever looks. */
    List<Present> rows(String vpcId) throws IOException {
        var present = new PresentRows();
        read(vpcId, present);
        return List.copyOf(present.all());
    }
}
