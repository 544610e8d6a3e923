package io.coppice.cloud.event;

import io.coppice.foundation.id.AccountId;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Decides who may use the JSON API. */
@FunctionalInterface
public interface ApiAccess {
    /**
     * Who calls, empty when nothing proves it. Throws {@link io.coppice.wire.error.AwsException} when a proof is wrong. May
     * block.
     */
    Optional<Viewer> check(RoutingContext request);

    /** Whose resources a caller may see. */
    sealed interface Viewer {
        /** The cloud's operator: everything. */
        record Operator() implements Viewer {}

        /** A user: what belongs to the account. */
        record Account(AccountId account) implements Viewer {}
    }
}
