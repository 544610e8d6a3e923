package io.coppice.cloud.identity.account;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.entity.Sql;
import io.coppice.foundation.id.AccountId;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccountAliasResponse;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesResponse;

/** IAM's actions on the alias of an account. Thread-safe. */
@Singleton
public final class AliasActions implements ActionModule {
    private static final Pattern ALIAS = Pattern.compile("[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?");
    private static final int SHORTEST = 3;
    private static final int LONGEST = 63;

    private final IamStore store;

    /** For the container and for tests. */
    public AliasActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreateAccountAlias", CreateAccountAliasRequest::builder, this::create);
        registry.add(Service.IAM, "ListAccountAliases", ListAccountAliasesRequest::builder, this::list);
        registry.add(Service.IAM, "DeleteAccountAlias", DeleteAccountAliasRequest::builder, this::delete);
    }

    /** The new alias takes the place of one that is there, as in AWS. */
    private CreateAccountAliasResponse create(RequestContext context, CreateAccountAliasRequest request) {
        var alias = alias(request.accountAlias());
        store.change(context.account(), entities -> {
            var owner = Sql.texts(entities, "select account_id from {h-schema}account_aliases where alias = :alias")
                    .setParameter("alias", alias)
                    .getResultList();
            if (owner.stream().anyMatch(other -> !other.equals(context.account().value()))) {
                throw IamErrors.alreadyExists("The account alias " + alias + " already exists.");
            }
            return entities.createNativeQuery("""
                            insert into {h-schema}account_aliases (account_id, alias) values (:account, :alias)
                            on conflict (account_id) do update set alias = excluded.alias""")
                    .setParameter("account", context.account().value())
                    .setParameter("alias", alias)
                    .executeUpdate();
        });
        return CreateAccountAliasResponse.builder().build();
    }

    private ListAccountAliasesResponse list(RequestContext context, ListAccountAliasesRequest request) {
        var aliases = store.read(entities -> of(entities, context.account()));
        var page = store.cut(context, new IamPages.Ask(request.maxItems(), request.marker()), aliases, each -> each);
        return ListAccountAliasesResponse.builder()
                .accountAliases(page.rows())
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private DeleteAccountAliasResponse delete(RequestContext context, DeleteAccountAliasRequest request) {
        var alias = alias(request.accountAlias());
        store.change(context.account(), entities -> {
            var deleted = entities.createNativeQuery("""
                            delete from {h-schema}account_aliases where account_id = :account and alias = :alias""")
                    .setParameter("account", context.account().value())
                    .setParameter("alias", alias)
                    .executeUpdate();
            if (deleted == 0) {
                throw IamErrors.noSuchEntity("The Account Alias " + alias + " cannot be found.");
            }
            return deleted;
        });
        return DeleteAccountAliasResponse.builder().build();
    }

    /** The aliases of an account: one at most. */
    static List<String> of(EntityManager entities, AccountId account) {
        return Sql.texts(entities, "select alias from {h-schema}account_aliases where account_id = :account")
                .setParameter("account", account.value())
                .getResultList();
    }

    private static String alias(@Nullable String alias) {
        return Require.pattern(
                "accountAlias",
                Require.length("accountAlias", alias, SHORTEST, LONGEST),
                ALIAS,
                "^[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?$");
    }
}
