package io.coppice.cloud.identity.session;

import io.coppice.cloud.action.Session;
import io.coppice.foundation.id.AccountId;
import java.time.Duration;
import java.util.Map;

/**
 * A session to be made.
 *
 * @param account whose resources it will be about
 * @param principalId as in {@link Session}
 * @param name empty for {@link Session.Kind#USER}
 */
public record SessionGrant(
        Session.Kind kind,
        AccountId account,
        String principalId,
        String name,
        Duration life,
        Session.Restriction restriction,
        Map<String, String> tags,
        Session.Origin origin) {
    public SessionGrant {
        tags = Map.copyOf(tags);
    }

    /** A session without policies, tags or history of its own. */
    public static SessionGrant plain(
            Session.Kind kind, AccountId account, String principalId, String name, Duration life) {
        return new SessionGrant(
                kind, account, principalId, name, life, Session.Restriction.NONE, Map.of(), Session.Origin.UNKNOWN);
    }
}
