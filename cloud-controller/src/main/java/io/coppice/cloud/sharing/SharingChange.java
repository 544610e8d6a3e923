package io.coppice.cloud.sharing;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.wire.error.AwsException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may use something of another account's, while a request changes it. Used by one thread. */
public final class SharingChange {
    /** What requests call everybody by. */
    public static final String EVERYBODY = "all";

    private boolean everybody;
    private final Set<AccountId> accounts;

    /** Begins with who may use it now. */
    public SharingChange(boolean everybody, Set<AccountId> accounts) {
        this.everybody = everybody;
        this.accounts = new HashSet<>(accounts);
    }

    /** What {@code OperationType} says: true for {@code add}; throws {@code InvalidParameterValue} for what is none. */
    public static boolean adds(@Nullable String operationType) {
        return switch (String.valueOf(operationType)) {
            case "add" -> true;
            case "remove" -> false;
            default -> throw invalid("OperationType", String.valueOf(operationType), "add or remove");
        };
    }

    /**
     * Lets a group or an account use it, or no more. Throws {@code InvalidParameterValue} for what is neither.
     *
     * @param group null when an account is meant
     * @param account null when a group is meant
     */
    public void set(@Nullable String group, @Nullable String account, boolean allowed) {
        if (group != null) {
            if (!group.equals(EVERYBODY)) {
                throw invalid("UserGroup", group, EVERYBODY);
            }
            everybody = allowed;
        }
        if (account != null) {
            var id = parse(account);
            if (allowed) {
                accounts.add(id);
            } else {
                accounts.remove(id);
            }
        }
    }

    private static AccountId parse(String account) {
        try {
            return new AccountId(account);
        } catch (MalformedIdException e) {
            throw invalid("UserId", account, "twelve digits");
        }
    }

    /** Throws {@code InvalidParameterValue} when there are more accounts. */
    public void checkAtMost(int limit, String parameter) {
        if (accounts.size() > limit) {
            throw invalid(parameter, accounts.size() + " accounts", "at most " + limit);
        }
    }

    /** Whether everybody may use it. */
    public boolean everybody() {
        return everybody;
    }

    /** The accounts that may use it. */
    public Set<AccountId> accounts() {
        return Set.copyOf(accounts);
    }

    private static AwsException invalid(String parameter, String value, String expected) {
        return AwsException.client(
                "InvalidParameterValue",
                "Invalid value '" + value + "' for parameter " + parameter + ": expecting " + expected);
    }
}
