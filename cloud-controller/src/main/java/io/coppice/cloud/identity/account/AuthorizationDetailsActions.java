package io.coppice.cloud.identity.account;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import jakarta.inject.Singleton;
import java.util.Set;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsRequest;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsResponse;

/** IAM's list of everybody in an account with everything that binds them. Thread-safe. */
@Singleton
public final class AuthorizationDetailsActions implements ActionModule {
    private final IamStore store;

    /** For the container and for tests. */
    public AuthorizationDetailsActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.IAM,
                "GetAccountAuthorizationDetails",
                GetAccountAuthorizationDetailsRequest::builder,
                this::details);
    }

    private GetAccountAuthorizationDetailsResponse details(
            RequestContext context, GetAccountAuthorizationDetailsRequest request) {
        for (var text : request.filterAsStrings()) {
            Require.known(
                    "filter",
                    text,
                    EntityType.fromValue(text),
                    EntityType.UNKNOWN_TO_SDK_VERSION,
                    "User, Role, Group, LocalManagedPolicy, AWSManagedPolicy");
        }
        return store.read(entities -> {
            var all = DetailEntry.of(entities, context.account(), Set.copyOf(request.filter()));
            var page = store.cut(
                    context, new IamPages.Ask(request.maxItems(), request.marker()), all, DetailEntry::sortKey);
            var principals = PrincipalDetails.of(entities, DetailEntry.rows(page.rows()));
            return GetAccountAuthorizationDetailsResponse.builder()
                    .userDetailList(principals.users())
                    .groupDetailList(principals.groups())
                    .roleDetailList(principals.roles())
                    .policies(PolicyDetails.of(entities, context.account(), DetailEntry.policies(page.rows())))
                    .isTruncated(page.nextToken() != null)
                    .marker(page.nextToken())
                    .build();
        });
    }
}
