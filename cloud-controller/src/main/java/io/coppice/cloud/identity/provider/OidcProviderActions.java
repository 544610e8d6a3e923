package io.coppice.cloud.identity.provider;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AddClientIdToOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.AddClientIdToOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.CreateOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.CreateOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.DeleteOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.DeleteOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.GetOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.GetOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersResponse;
import software.amazon.awssdk.services.iam.model.ListSamlProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListSamlProvidersResponse;
import software.amazon.awssdk.services.iam.model.OpenIDConnectProviderListEntry;
import software.amazon.awssdk.services.iam.model.RemoveClientIdFromOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.RemoveClientIdFromOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.UpdateOpenIdConnectProviderThumbprintRequest;
import software.amazon.awssdk.services.iam.model.UpdateOpenIdConnectProviderThumbprintResponse;

/** IAM's actions on identity providers. Thread-safe. */
@Singleton
public final class OidcProviderActions implements ActionModule {
    private final IamStore store;

    /** For the container and for tests. */
    public OidcProviderActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.IAM, "CreateOpenIDConnectProvider", CreateOpenIdConnectProviderRequest::builder, this::create);
        registry.add(Service.IAM, "GetOpenIDConnectProvider", GetOpenIdConnectProviderRequest::builder, this::get);
        registry.add(Service.IAM, "ListOpenIDConnectProviders", ListOpenIdConnectProvidersRequest::builder, this::list);
        registry.add(
                Service.IAM,
                "UpdateOpenIDConnectProviderThumbprint",
                UpdateOpenIdConnectProviderThumbprintRequest::builder,
                this::trust);
        registry.add(
                Service.IAM,
                "AddClientIDToOpenIDConnectProvider",
                AddClientIdToOpenIdConnectProviderRequest::builder,
                this::addClient);
        registry.add(
                Service.IAM,
                "RemoveClientIDFromOpenIDConnectProvider",
                RemoveClientIdFromOpenIdConnectProviderRequest::builder,
                this::removeClient);
        registry.add(
                Service.IAM, "DeleteOpenIDConnectProvider", DeleteOpenIdConnectProviderRequest::builder, this::delete);
        registry.add(Service.IAM, "ListSAMLProviders", ListSamlProvidersRequest::builder, OidcProviderActions::noSaml);
    }

    private CreateOpenIdConnectProviderResponse create(
            RequestContext context, CreateOpenIdConnectProviderRequest request) {
        return store.change(context.account(), entities -> {
            var row = OidcProviders.add(entities, context.account(), request.url(), store.now());
            OidcProviders.allowClients(row, request.clientIDList());
            OidcProviders.trust(row, request.thumbprintList());
            EntityTags.put(entities, row.id(), request.tags());
            var tags = EntityTags.of(entities, row.id());
            return CreateOpenIdConnectProviderResponse.builder()
                    .openIDConnectProviderArn(row.arn())
                    .tags(tags.isEmpty() ? null : tags)
                    .build();
        });
    }

    private GetOpenIdConnectProviderResponse get(RequestContext context, GetOpenIdConnectProviderRequest request) {
        return store.read(entities -> {
            var row = OidcProviders.byArn(entities, context.account(), request.openIDConnectProviderArn());
            var tags = EntityTags.of(entities, row.id());
            return GetOpenIdConnectProviderResponse.builder()
                    .url(row.url())
                    .clientIDList(row.clientIds())
                    .thumbprintList(row.thumbprints())
                    .createDate(row.createdAt())
                    .tags(tags.isEmpty() ? null : tags)
                    .build();
        });
    }

    private ListOpenIdConnectProvidersResponse list(RequestContext context, ListOpenIdConnectProvidersRequest request) {
        var rows = store.read(entities -> OidcProviders.of(entities, context.account()));
        return ListOpenIdConnectProvidersResponse.builder()
                .openIDConnectProviderList(rows.stream()
                        .map(row -> OpenIDConnectProviderListEntry.builder()
                                .arn(row.arn())
                                .build())
                        .toList())
                .build();
    }

    private UpdateOpenIdConnectProviderThumbprintResponse trust(
            RequestContext context, UpdateOpenIdConnectProviderThumbprintRequest request) {
        change(context, request.openIDConnectProviderArn(), row -> OidcProviders.trust(row, request.thumbprintList()));
        return UpdateOpenIdConnectProviderThumbprintResponse.builder().build();
    }

    private AddClientIdToOpenIdConnectProviderResponse addClient(
            RequestContext context, AddClientIdToOpenIdConnectProviderRequest request) {
        var added = Require.present("clientID", request.clientID());
        change(context, request.openIDConnectProviderArn(), row -> {
            if (!row.clientIds().contains(added)) {
                OidcProviders.allowClients(
                        row,
                        Stream.concat(row.clientIds().stream(), Stream.of(added))
                                .toList());
            }
        });
        return AddClientIdToOpenIdConnectProviderResponse.builder().build();
    }

    private RemoveClientIdFromOpenIdConnectProviderResponse removeClient(
            RequestContext context, RemoveClientIdFromOpenIdConnectProviderRequest request) {
        var removed = Require.present("clientID", request.clientID());
        change(
                context,
                request.openIDConnectProviderArn(),
                row -> OidcProviders.allowClients(
                        row,
                        row.clientIds().stream()
                                .filter(id -> !id.equals(removed))
                                .toList()));
        return RemoveClientIdFromOpenIdConnectProviderResponse.builder().build();
    }

    private DeleteOpenIdConnectProviderResponse delete(
            RequestContext context, DeleteOpenIdConnectProviderRequest request) {
        store.change(context.account(), entities -> {
            var row = OidcProviders.byArn(entities, context.account(), request.openIDConnectProviderArn());
            EntityTags.removeAll(entities, row.id());
            entities.remove(row);
            return true;
        });
        return DeleteOpenIdConnectProviderResponse.builder().build();
    }

    private void change(RequestContext context, @Nullable String arn, Consumer<OidcProviderRow> work) {
        store.change(context.account(), entities -> {
            var row = OidcProviders.byArn(entities, context.account(), arn);
            work.accept(row);
            return row;
        });
    }

    /** SAML is not spoken, so there are none; this is what tools ask before they go on. */
    private static ListSamlProvidersResponse noSaml(RequestContext context, ListSamlProvidersRequest request) {
        return ListSamlProvidersResponse.builder().samlProviderList(List.of()).build();
    }
}
