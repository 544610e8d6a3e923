package io.coppice.cloud.front;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.RequestContext;
import io.coppice.foundation.id.AccountId;
import java.net.URI;

/** Requests of made-up callers, as a test fixture. */
public final class TestRequests {
    /** An account. */
    public static final AccountId ALICE = new AccountId("111111111111");
    /** Another account. */
    public static final AccountId BOB = new AccountId("222222222222");

    private TestRequests() {}

    /** A request for this action by an account's root. */
    public static RequestContext by(AccountId account, String action) {
        return new RequestContext(
                "5f2b2b7e-0000-4000-8000-000000000001",
                action,
                new Caller(account, "arn:aws:iam::" + account + ":root", account.value(), "AKIATEST", false),
                URI.create("http://127.0.0.1:8773"));
    }
}
