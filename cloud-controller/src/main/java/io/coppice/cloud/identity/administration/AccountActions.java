package io.coppice.cloud.identity.administration;

import io.coppice.cloud.action.ActionHandler;
import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.Message;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.Invalidations;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.quota.ObjectStoreUsage;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.MalformedPolicyException;
import io.coppice.policy.PolicyDocument;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Accounts and the policies that cap them, for users of the cloud's own account; everybody else is refused. Thread-safe.
 */
public final class AccountActions implements ActionModule {
    private static final int LONGEST_POLICY_NAME = 128;
    private static final int FORBIDDEN = 403;

    private final Database database;
    private final Invalidations invalidations;
    private final ObjectStoreUsage objectStore;
    private final Clock clock;

    public AccountActions(Database database, Invalidations invalidations, ObjectStoreUsage objectStore, Clock clock) {
        this.database = database;
        this.invalidations = invalidations;
        this.objectStore = objectStore;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreateAccount", AccountMessages::request, operatorOnly(this::create));
        registry.add(Service.IAM, "ListAccounts", AccountMessages::request, operatorOnly(this::list));
        registry.add(Service.IAM, "DeleteAccount", AccountMessages::request, operatorOnly(this::delete));
        registry.add(Service.IAM, "PutAccountPolicy", AccountMessages::request, operatorOnly(this::putPolicy));
        registry.add(Service.IAM, "GetAccountPolicy", AccountMessages::request, operatorOnly(this::getPolicy));
        registry.add(Service.IAM, "ListAccountPolicies", AccountMessages::request, operatorOnly(this::listPolicies));
        registry.add(Service.IAM, "DeleteAccountPolicy", AccountMessages::request, operatorOnly(this::deletePolicy));
    }

    private static ActionHandler<Message, Message> operatorOnly(ActionHandler<Message, Message> handler) {
        return (context, request) -> {
            requireSystem(context);
            return handler.handle(context, request);
        };
    }

    /** Throws {@code AccessDenied} for users of other accounts than the cloud's own. */
    static void requireSystem(RequestContext context) {
        if (!context.caller().system()) {
            throw AwsException.of(
                    "AccessDenied",
                    FORBIDDEN,
                    "User: " + context.caller().arn() + " is not authorized to perform: iam:" + context.action()
                            + ". Only users of the cloud's own account are.");
        }
    }

    private Message create(RequestContext context, Message request) {
        return database.call(
                entities -> AccountMessages.account(Accounts.create(entities, name(request), clock.instant())));
    }

    private Message list(RequestContext context, Message request) {
        return database.call(entities -> AccountMessages.accounts(Accounts.all(entities)));
    }

    private Message delete(RequestContext context, Message request) {
        // A remote call, before anything is locked: the object store keeps its own books.
        var owner = database.call(
                entities -> new AccountId(Accounts.get(entities, name(request)).id()));
        AccountRemoval.requireNoBuckets(owner, objectStore.buckets(owner));
        var removed = database.call(entities -> {
            var account = Accounts.get(entities, name(request));
            AccountRemoval.remove(entities, account, request.isSet(AccountMessages.RECURSIVE));
            return new AccountId(account.id());
        });
        invalidations.changed(removed);
        return AccountMessages.nothing();
    }

    private Message putPolicy(RequestContext context, Message request) {
        var policy = policyName(request);
        var text = request.get(AccountMessages.POLICY_DOCUMENT).orElse("");
        try {
            PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY);
        } catch (MalformedPolicyException e) {
            throw IamErrors.malformedPolicy(e.reason());
        }
        var capped = database.call(entities -> {
            var account = Accounts.get(entities, name(request));
            if (account.system()) {
                throw IamErrors.invalidInput("The cloud's own account takes no policies: nobody could take them off.");
            }
            AccountPolicies.put(entities, account, policy, text);
            return new AccountId(account.id());
        });
        invalidations.changed(capped);
        return AccountMessages.nothing();
    }

    private Message getPolicy(RequestContext context, Message request) {
        var policy = policyName(request);
        return database.call(entities -> {
            var account = Accounts.get(entities, name(request));
            return AccountMessages.policy(account, policy, AccountPolicies.get(entities, account, policy));
        });
    }

    private Message listPolicies(RequestContext context, Message request) {
        return database.call(entities ->
                AccountMessages.policyNames(AccountPolicies.names(entities, Accounts.get(entities, name(request)))));
    }

    private Message deletePolicy(RequestContext context, Message request) {
        var policy = policyName(request);
        var freed = database.call(entities -> {
            var account = Accounts.get(entities, name(request));
            AccountPolicies.remove(entities, account, policy);
            return new AccountId(account.id());
        });
        invalidations.changed(freed);
        return AccountMessages.nothing();
    }

    private static @Nullable String name(Message request) {
        return request.get(AccountMessages.ACCOUNT_NAME).orElse(null);
    }

    private static String policyName(Message request) {
        Optional<String> name = request.get(AccountMessages.POLICY_NAME);
        return Require.name("policyName", name.orElse(null), LONGEST_POLICY_NAME);
    }
}
