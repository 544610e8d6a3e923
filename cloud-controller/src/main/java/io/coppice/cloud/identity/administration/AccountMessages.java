package io.coppice.cloud.identity.administration;

import io.coppice.cloud.action.Message;
import io.coppice.cloud.identity.AccountRow;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;

/**
 * The messages of account administration as Eucalyptus's IAM service had them (Eucalyptus 4.4, "Euare" actions), under
 * IAM's namespace; those of quotas are our own.
 */
final class AccountMessages {
    static final String ACCOUNT_NAME = "AccountName";
    static final String POLICY_NAME = "PolicyName";
    static final String POLICY_DOCUMENT = "PolicyDocument";
    static final String RECURSIVE = "Recursive";
    static final String QUOTA = "Quota";
    static final String VALUE = "Value";

    private static final String ACCOUNT_ID = "AccountId";
    private static final String CANONICAL_ID = "CanonicalId";
    private static final String CREATE_DATE = "CreateDate";
    private static final String ACCOUNT = "Account";
    private static final String ACCOUNTS = "Accounts";
    private static final String POLICY_NAMES = "PolicyNames";
    private static final String IS_TRUNCATED = "IsTruncated";
    private static final String QUOTAS = "Quotas";

    private static final List<SdkField<?>> ACCOUNT_FIELDS = List.of(
            Message.text(ACCOUNT_NAME),
            Message.text(ACCOUNT_ID),
            Message.text(CANONICAL_ID),
            Message.text(CREATE_DATE));
    private static final List<SdkField<?>> ONE_ACCOUNT =
            List.of(Message.structure(ACCOUNT, () -> new Message(ACCOUNT_FIELDS)));
    private static final List<SdkField<?>> ALL_ACCOUNTS = List.of(
            Message.list(ACCOUNTS, Message.structure(ACCOUNT, () -> new Message(ACCOUNT_FIELDS))),
            Message.flag(IS_TRUNCATED));
    private static final List<SdkField<?>> POLICY =
            List.of(Message.text(ACCOUNT_NAME), Message.text(POLICY_NAME), Message.text(POLICY_DOCUMENT));
    private static final List<SdkField<?>> ALL_POLICIES =
            List.of(Message.list(POLICY_NAMES, Message.text("member")), Message.flag(IS_TRUNCATED));
    private static final List<SdkField<?>> REQUEST = List.of(
            Message.text(ACCOUNT_NAME),
            Message.text(POLICY_NAME),
            Message.text(POLICY_DOCUMENT),
            Message.flag(RECURSIVE),
            Message.text(QUOTA),
            Message.text(VALUE));
    private static final List<SdkField<?>> QUOTA_FIELDS = List.of(Message.text(QUOTA), Message.text(VALUE));
    private static final List<SdkField<?>> ALL_QUOTAS =
            List.of(Message.list(QUOTAS, Message.structure(QUOTA, () -> new Message(QUOTA_FIELDS))));

    private AccountMessages() {}

    /** A request of any of these actions, to be filled. */
    static Message request() {
        return new Message(REQUEST);
    }

    /** An answer without a content. */
    static Message nothing() {
        return new Message(List.of());
    }

    static Message account(AccountRow account) {
        return new Message(ONE_ACCOUNT).put(ACCOUNT, structure(account));
    }

    static Message accounts(List<AccountRow> accounts) {
        return new Message(ALL_ACCOUNTS)
                .put(ACCOUNTS, accounts.stream().map(AccountMessages::structure).toList())
                .put(IS_TRUNCATED, false);
    }

    static Message policy(AccountRow account, String name, String document) {
        return new Message(POLICY)
                .put(ACCOUNT_NAME, account.name())
                .put(POLICY_NAME, name)
                .put(POLICY_DOCUMENT, document);
    }

    static Message policyNames(List<String> names) {
        return new Message(ALL_POLICIES).put(POLICY_NAMES, names).put(IS_TRUNCATED, false);
    }

    /** Values by the keys of quotas. */
    static Message quotas(Map<String, Long> quotas) {
        var members = quotas.entrySet().stream()
                .map(quota -> new Message(QUOTA_FIELDS)
                        .put(QUOTA, quota.getKey())
                        .put(VALUE, quota.getValue().toString()))
                .toList();
        return new Message(ALL_QUOTAS).put(QUOTAS, members);
    }

    private static Message structure(AccountRow account) {
        return new Message(ACCOUNT_FIELDS)
                .put(ACCOUNT_NAME, account.name())
                .put(ACCOUNT_ID, account.id())
                .put(CANONICAL_ID, account.canonicalId())
                .put(CREATE_DATE, account.createdAt().toString());
    }
}
