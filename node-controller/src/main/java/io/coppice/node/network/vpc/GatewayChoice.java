package io.coppice.node.network.vpc;

import io.coppice.proto.node.v1.TunnelEnd;
import java.util.List;
import java.util.Optional;

/**
 * By which of its gateways a host reaches the public network. It stays with one that serves; when the router of the public network has
 * not answered through it for some questions in a row, the other one is taken. A router that never answers such questions says nothing
 * of gateways: then the order decides in which they were told. Not thread-safe.
 */
final class GatewayChoice {
    /** Questions without an answer after which a gateway does not serve. */
    static final int MISSES = 3;
    /** When none of them serves, changes become rare. */
    private static final int MOST_MISSES = 60;

    private List<TunnelEnd> gateways = List.of();
    private Optional<TunnelEnd> current = Optional.empty();
    private int misses;
    private int patience = MISSES;
    private boolean answers;

    /** The one to use; empty when there is none. */
    Optional<TunnelEnd> current() {
        return current;
    }

    /** These are there from now on; whether another one is to be used than before. */
    boolean told(List<TunnelEnd> now) {
        gateways = List.copyOf(now);
        var stays = current.filter(gateways::contains).filter(gateway -> answers && misses == 0);
        return stays.isEmpty() && take(gateways.stream().findFirst());
    }

    /** The router has answered through the current one, or not; whether another one is to be used from now on. */
    boolean asked(boolean answered) {
        if (answered) {
            misses = 0;
            patience = MISSES;
            answers = true;
            return false;
        }
        misses++;
        if (!answers || misses < patience) {
            return false;
        }
        var longer = Math.min(patience * 2, MOST_MISSES);
        var other = gateways.stream()
                .filter(gateway -> !current.equals(Optional.of(gateway)))
                .findFirst();
        if (other.isEmpty() || !take(other)) {
            return false;
        }
        patience = longer;
        return true;
    }

    private boolean take(Optional<TunnelEnd> gateway) {
        if (gateway.equals(current)) {
            return false;
        }
        current = gateway;
        misses = 0;
        patience = MISSES;
        return true;
    }

    /** Whether it is known that the public network is not reached. */
    boolean isCutOff() {
        return current.isEmpty() || (answers && misses >= MISSES);
    }
}
