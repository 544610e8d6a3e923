package io.coppice.cloud.front;

import io.coppice.cloud.action.Caller;

/** Who makes a call to the JSON API under {@code /api/v1}. */
public sealed interface ApiCaller {
    /** The operator of this cloud, who may see and do everything. */
    record Operator() implements ApiCaller {}

    /** A user, who may see and do what belongs to the account. */
    record User(Caller caller) implements ApiCaller {}
}
