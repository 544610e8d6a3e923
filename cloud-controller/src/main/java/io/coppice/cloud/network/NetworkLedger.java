package io.coppice.cloud.network;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.Page;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.token.ClientTokens;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * How actions on networks read and write: in one transaction, after the account has its default network, with client
 * tokens, tags, events and pages. Thread-safe.
 */
@ApplicationScoped
public class NetworkLedger {
    private static final PageLimits ROUTE_TABLE_PAGES = new PageLimits(5, 100, NetworkKind.ROUTE_TABLE.idsParameter());

    private final Database database;
    private final FirstNetwork firstNetwork;
    private final ClientTokens tokens;
    private final Tags tags;
    private final EventLog events;
    private final Pages pages;
    private final SiteConfig site;

    /** For the container and for tests. */
    public NetworkLedger(
            Database database,
            FirstNetwork firstNetwork,
            ClientTokens tokens,
            Tags tags,
            EventLog events,
            Pages pages,
            SiteConfig site) {
        this.database = database;
        this.firstNetwork = firstNetwork;
        this.tokens = tokens;
        this.tags = tags;
        this.events = events;
        this.pages = pages;
        this.site = site;
    }

    /** Whether the cloud has virtual private clouds at all; without them no action on them is announced. */
    public boolean open() {
        return site.network().mode().vpcs();
    }

    /** Runs the work in a transaction, after the account has its default network. */
    public <T> T call(RequestContext context, Function<EntityManager, T> work) {
        return database.call(entities -> {
            firstNetwork.ensure(entities, context.account());
            return work.apply(entities);
        });
    }

    /** As {@link #call}, without a result. */
    public void run(RequestContext context, Consumer<EntityManager> work) {
        call(context, entities -> {
            work.accept(entities);
            return true;
        });
    }

    /**
     * Makes something once, however often its request comes.
     *
     * @param token the client token; null or empty for none
     * @param request everything that counts, without the token
     * @param make makes it and gives its id
     * @return the id of what this request made, or an earlier one with the same token
     */
    public String once(
            EntityManager entities,
            RequestContext context,
            @Nullable String token,
            SdkPojo request,
            Supplier<String> make) {
        return tokens.once(entities, context, token, request, make).resourceId();
    }

    /** Writes down that something was made, with its tags. */
    public void made(
            RequestContext context, NetworkKind kind, String id, Map<String, String> wanted, Map<String, ?> facts) {
        tags.put(context.account(), id, kind.resourceType(), wanted);
        record(context, kind, id, "created", facts);
    }

    /** Writes down that something changed. */
    public void record(RequestContext context, NetworkKind kind, String id, String what, Map<String, ?> facts) {
        events.append(
                new ChangeCause(
                        context.action(), context.caller().arn(), context.requestId(), context.action() + " of " + id),
                kind.resourceType() + "." + what,
                id,
                context.account(),
                facts);
    }

    /** Writes down that something is gone, and forgets its tags. */
    public void removed(RequestContext context, NetworkKind kind, String id) {
        tags.removeAll(context.account(), id);
        record(context, kind, id, "deleted", Map.of());
    }

    /** The tags of these things as answers list them; what has none is absent. One query. */
    public Map<String, List<Tag>> tags(AccountId account, Collection<String> ids) {
        return tags.of(account, ids).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> TagRules.toList(entry.getValue())));
    }

    /** The tags of one thing as answers list them. */
    public List<Tag> tags(AccountId account, String id) {
        return tags(account, List.of(id)).getOrDefault(id, List.of());
    }

    /** {@code arn:aws:ec2:REGION:ACCOUNT:KIND/ID}. */
    public String arn(AccountId account, NetworkKind kind, String id) {
        return "arn:aws:ec2:" + site.region() + ":" + account + ":" + kind.resourceType() + "/" + id;
    }

    /**
     * The page of these rows that a request asks for; throws as AWS does for ids that are not there.
     *
     * @param rows all of the account, in the order of their ids
     */
    public <T> Page<T> page(RequestContext context, Listing<T> listing, List<T> rows, Query query) {
        var kind = listing.kind();
        var limits = kind == NetworkKind.ROUTE_TABLE ? ROUTE_TABLE_PAGES : PageLimits.usual(kind.idsParameter());
        var ids = query.ids();
        var page = pages.open(context, limits, query.maxResults(), query.nextToken(), !ids.isEmpty());
        ids.forEach(kind::check);
        var present = rows.stream().map(listing.id()).collect(Collectors.toSet());
        for (var wanted : ids) {
            if (!present.contains(wanted)) {
                throw kind.notFound(wanted);
            }
        }
        var selection = listing.filters().select(query.filters());
        return pages.cut(
                page,
                rows,
                row -> (ids.isEmpty() || ids.contains(listing.id().apply(row))) && selection.test(row),
                listing.id());
    }

    /** Tags of a row as filters want them. */
    public static Map<String, String> asMap(List<Tag> tags) {
        return tags.stream().collect(Collectors.toMap(Tag::key, Tag::value));
    }

    /**
     * How things of a kind are listed.
     *
     * @param <T> the SDK's class, which answers hold
     */
    public record Listing<T>(NetworkKind kind, Function<T, String> id, Filters<T> filters) {}

    /** What a Describe request asks for. */
    public record Query(
            List<String> ids,
            List<Filter> filters,
            @Nullable Integer maxResults,
            @Nullable String nextToken) {
        /** Keeps its own copies. */
        public Query {
            ids = List.copyOf(ids);
            filters = List.copyOf(filters);
        }
    }
}
