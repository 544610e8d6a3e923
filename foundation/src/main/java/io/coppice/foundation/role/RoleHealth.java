package io.coppice.foundation.role;

import java.util.Map;

/**
 * How a role is.
 *
 * @param ready whether it can do its work now
 * @param summary one sentence for people
 * @param details facts for programs, name to value; never secrets
 */
public record RoleHealth(boolean ready, String summary, Map<String, String> details) {
    public RoleHealth {
        details = Map.copyOf(details);
    }

    /** A role that can do its work. */
    public static RoleHealth ready(String summary, Map<String, String> details) {
        return new RoleHealth(true, summary, details);
    }

    /** A role that cannot do its work now. */
    public static RoleHealth notReady(String summary) {
        return new RoleHealth(false, summary, Map.of());
    }
}
