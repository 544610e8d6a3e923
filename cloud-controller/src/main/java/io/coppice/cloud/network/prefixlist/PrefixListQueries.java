package io.coppice.cloud.network.prefixlist;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeManagedPrefixListsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeManagedPrefixListsResponse;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListAssociationsRequest;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListAssociationsResponse;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListEntriesRequest;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListEntriesResponse;
import software.amazon.awssdk.services.ec2.model.ManagedPrefixList;
import software.amazon.awssdk.services.ec2.model.PrefixListAssociation;
import software.amazon.awssdk.services.ec2.model.PrefixListEntry;

/** DescribeManagedPrefixLists, GetManagedPrefixListEntries and -Associations. Thread-safe. */
@ApplicationScoped
class PrefixListQueries implements ActionModule {
    private static final NetworkKind KIND = NetworkKind.PREFIX_LIST;
    private static final PageLimits ENTRY_PAGES = new PageLimits(1, 100, "prefixListId");
    private static final PageLimits USER_PAGES = new PageLimits(5, 255, "prefixListId");
    private static final NetworkLedger.Listing<ManagedPrefixList> LISTING = new NetworkLedger.Listing<>(
            KIND,
            ManagedPrefixList::prefixListId,
            Filters.<ManagedPrefixList>builder()
                    .value("owner-id", ManagedPrefixList::ownerId)
                    .value("prefix-list-id", ManagedPrefixList::prefixListId)
                    .value("prefix-list-name", ManagedPrefixList::prefixListName)
                    .tags(each -> NetworkLedger.asMap(each.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final PrefixLists lists;
    private final Pages pages;

    PrefixListQueries(NetworkLedger ledger, PrefixLists lists, Pages pages) {
        this.ledger = ledger;
        this.lists = lists;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(
                Service.EC2, "DescribeManagedPrefixLists", DescribeManagedPrefixListsRequest::builder, this::describe);
        registry.add(
                Service.EC2, "GetManagedPrefixListEntries", GetManagedPrefixListEntriesRequest::builder, this::entries);
        registry.add(
                Service.EC2,
                "GetManagedPrefixListAssociations",
                GetManagedPrefixListAssociationsRequest::builder,
                this::associations);
    }

    DescribeManagedPrefixListsResponse describe(RequestContext context, DescribeManagedPrefixListsRequest request) {
        return ledger.call(context, entities -> {
            var rows = lists.all(entities, context.account());
            var tags = ledger.tags(
                    context.account(), rows.stream().map(row -> row.id).toList());
            var page = ledger.page(
                    context,
                    LISTING,
                    rows.stream()
                            .map(row -> PrefixListActions.answer(
                                    ledger, context, row, tags.getOrDefault(row.id, List.of())))
                            .toList(),
                    new NetworkLedger.Query(
                            request.prefixListIds(), request.filters(), request.maxResults(), request.nextToken()));
            return DescribeManagedPrefixListsResponse.builder()
                    .prefixLists(page.rows())
                    .nextToken(page.nextToken())
                    .build();
        });
    }

    GetManagedPrefixListEntriesResponse entries(RequestContext context, GetManagedPrefixListEntriesRequest request) {
        var id = NetworkErrors.required(request.prefixListId(), "PrefixListId");
        var page = pages.open(context, ENTRY_PAGES, request.maxResults(), request.nextToken(), false);
        return ledger.call(context, entities -> {
            var row = lists.require(entities, context.account(), id);
            var version = request.targetVersion() == null ? row.version : request.targetVersion();
            if (version < 1 || version > row.version) {
                throw PrefixListErrors.versionNotFound(id, version);
            }
            var found = pages.cut(page, lists.entries(entities, id, version), any -> true, PrefixLists.Entry::cidr);
            return GetManagedPrefixListEntriesResponse.builder()
                    .entries(found.map(entry -> PrefixListEntry.builder()
                            .cidr(entry.cidr())
                            .description(entry.description().isEmpty() ? null : entry.description())
                            .build()))
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    GetManagedPrefixListAssociationsResponse associations(
            RequestContext context, GetManagedPrefixListAssociationsRequest request) {
        var id = NetworkErrors.required(request.prefixListId(), "PrefixListId");
        var page = pages.open(context, USER_PAGES, request.maxResults(), request.nextToken(), false);
        return ledger.call(context, entities -> {
            lists.require(entities, context.account(), id);
            var found = pages.cut(page, lists.users(entities, id), any -> true, user -> user);
            return GetManagedPrefixListAssociationsResponse.builder()
                    .prefixListAssociations(found.map(user -> PrefixListAssociation.builder()
                            .resourceId(user)
                            .resourceOwner(context.account().value())
                            .build()))
                    .nextToken(found.nextToken())
                    .build();
        });
    }
}
