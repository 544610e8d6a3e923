package io.coppice.cloud.network.prefixlist;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AddPrefixListEntry;
import software.amazon.awssdk.services.ec2.model.CreateManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.CreateManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.DeleteManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.DeleteManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.ManagedPrefixList;
import software.amazon.awssdk.services.ec2.model.ModifyManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.ModifyManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.RemovePrefixListEntry;
import software.amazon.awssdk.services.ec2.model.RestoreManagedPrefixListVersionRequest;
import software.amazon.awssdk.services.ec2.model.RestoreManagedPrefixListVersionResponse;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Creates, modifies, restores and deletes managed prefix lists. Thread-safe. */
@ApplicationScoped
class PrefixListActions implements ActionModule {
    private static final NetworkKind KIND = NetworkKind.PREFIX_LIST;
    private static final int MOST_CHANGES = 100;
    private static final int LONGEST = 255;

    private final NetworkLedger ledger;
    private final PrefixLists lists;
    private final VpcGenerations generations;
    private final PrefixListConfig config;
    private final Clock clock;

    PrefixListActions(
            NetworkLedger ledger, PrefixLists lists, VpcGenerations generations, PrefixListConfig config, Clock clock) {
        this.ledger = ledger;
        this.lists = lists;
        this.generations = generations;
        this.config = config;
        this.clock = clock;
    }

    /** What a list is made with. */
    record Shape(String name, boolean ipv6, int maxEntries) {}

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateManagedPrefixList", CreateManagedPrefixListRequest::builder, this::create);
        registry.add(Service.EC2, "ModifyManagedPrefixList", ModifyManagedPrefixListRequest::builder, this::modify);
        registry.add(
                Service.EC2,
                "RestoreManagedPrefixListVersion",
                RestoreManagedPrefixListVersionRequest::builder,
                this::restore);
        registry.add(Service.EC2, "DeleteManagedPrefixList", DeleteManagedPrefixListRequest::builder, this::delete);
    }

    CreateManagedPrefixListResponse create(RequestContext context, CreateManagedPrefixListRequest request) {
        var shape = new Shape(
                checkedName(request.prefixListName()),
                isIpv6(request.addressFamily()),
                checkedSize(request.maxEntries()));
        var entries = entries(request.entries(), shape.ipv6());
        var wanted = TagRules.of(request.tagSpecifications(), KIND.resourceType());
        var counted = request.toBuilder().clientToken(null).build();
        return ledger.call(context, entities -> {
            var id = ledger.once(entities, context, request.clientToken(), counted, () -> {
                PlainSql.lock(entities, "prefix lists " + context.account());
                if (lists.all(entities, context.account()).size() >= config.maxPerAccount()) {
                    throw PrefixListErrors.tooMany(config.maxPerAccount());
                }
                var row = new PrefixListRow(KIND.newId(), context.account().value(), shape, clock.instant());
                if (entries.size() > shape.maxEntries()) {
                    throw PrefixListErrors.full(row.id, shape.maxEntries());
                }
                entities.persist(row);
                entities.flush();
                entries.values().forEach(entry -> lists.add(entities, row.id, row.version, entry));
                ledger.made(context, KIND, row.id, wanted, Map.of("name", shape.name()));
                return row.id;
            });
            return CreateManagedPrefixListResponse.builder()
                    .prefixList(answer(context, lists.require(entities, context.account(), id)))
                    .build();
        });
    }

    ModifyManagedPrefixListResponse modify(RequestContext context, ModifyManagedPrefixListRequest request) {
        var id = NetworkErrors.required(request.prefixListId(), "PrefixListId");
        var changesEntries =
                !request.addEntries().isEmpty() || !request.removeEntries().isEmpty();
        if (changesEntries && request.maxEntries() != null) {
            throw NetworkErrors.combination("MaxEntries cannot be changed together with entries.");
        }
        return ledger.call(context, entities -> {
            var row = lists.change(entities, context.account(), id);
            checkVersion(row, request.currentVersion());
            if (request.prefixListName() != null) {
                row.name = checkedName(request.prefixListName());
            }
            if (request.maxEntries() != null) {
                resize(entities, row, checkedSize(request.maxEntries()));
            }
            if (changesEntries) {
                var after = present(entities, row, row.version);
                remove(after, request.removeEntries(), row.ipv6);
                after.putAll(entries(request.addEntries(), row.ipv6));
                replace(entities, row, after);
            }
            row.state = "modify-complete";
            ledger.record(context, KIND, id, "modified", Map.of("version", row.version));
            return ModifyManagedPrefixListResponse.builder()
                    .prefixList(answer(context, row))
                    .build();
        });
    }

    RestoreManagedPrefixListVersionResponse restore(
            RequestContext context, RestoreManagedPrefixListVersionRequest request) {
        var id = NetworkErrors.required(request.prefixListId(), "PrefixListId");
        var previous = request.previousVersion();
        if (previous == null || request.currentVersion() == null) {
            throw NetworkErrors.missing("PreviousVersion and CurrentVersion");
        }
        return ledger.call(context, entities -> {
            var row = lists.change(entities, context.account(), id);
            checkVersion(row, request.currentVersion());
            if (previous < 1 || previous > row.version) {
                throw PrefixListErrors.versionNotFound(id, previous);
            }
            replace(entities, row, present(entities, row, previous));
            row.state = "restore-complete";
            ledger.record(context, KIND, id, "restored", Map.of("version", row.version));
            return RestoreManagedPrefixListVersionResponse.builder()
                    .prefixList(answer(context, row))
                    .build();
        });
    }

    DeleteManagedPrefixListResponse delete(RequestContext context, DeleteManagedPrefixListRequest request) {
        var id = NetworkErrors.required(request.prefixListId(), "PrefixListId");
        return ledger.call(context, entities -> {
            var row = lists.change(entities, context.account(), id);
            if (!lists.users(entities, id).isEmpty()) {
                throw NetworkErrors.inUse(KIND, id);
            }
            row.state = "delete-complete";
            var answer = answer(context, row);
            entities.remove(row);
            ledger.removed(context, KIND, id);
            return DeleteManagedPrefixListResponse.builder().prefixList(answer).build();
        });
    }

    private static void checkVersion(PrefixListRow row, @Nullable Long expected) {
        if (expected != null && expected != row.version) {
            throw PrefixListErrors.versionMismatch(row.id, row.version);
        }
    }

    private void resize(EntityManager entities, PrefixListRow row, int maxEntries) {
        if (present(entities, row, row.version).size() > maxEntries) {
            throw PrefixListErrors.full(row.id, maxEntries);
        }
        row.maxEntries = maxEntries;
    }

    private Map<String, PrefixLists.Entry> present(EntityManager entities, PrefixListRow row, long version) {
        var present = new LinkedHashMap<String, PrefixLists.Entry>();
        lists.entries(entities, row.id, version).forEach(entry -> present.put(entry.cidr(), entry));
        return present;
    }

    /** Makes a new version with these entries and tells every VPC that uses the list. */
    private void replace(EntityManager entities, PrefixListRow row, Map<String, PrefixLists.Entry> wanted) {
        if (wanted.size() > row.maxEntries) {
            throw PrefixListErrors.full(row.id, row.maxEntries);
        }
        generations.changed(entities, lists.vpcs(entities, row.id));
        var before = present(entities, row, row.version);
        row.version++;
        before.forEach((cidr, entry) -> {
            if (!entry.equals(wanted.get(cidr))) {
                lists.remove(entities, row.id, row.version, cidr);
            }
        });
        wanted.forEach((cidr, entry) -> {
            if (!entry.equals(before.get(cidr))) {
                lists.add(entities, row.id, row.version, entry);
            }
        });
    }

    private static void remove(
            Map<String, PrefixLists.Entry> entries, List<RemovePrefixListEntry> removed, boolean ipv6) {
        checkCount(removed.size());
        for (var each : removed) {
            var cidr = cidr(each.cidr(), ipv6);
            if (entries.remove(cidr) == null) {
                throw PrefixListErrors.noSuchEntry(cidr);
            }
        }
    }

    private static Map<String, PrefixLists.Entry> entries(List<AddPrefixListEntry> given, boolean ipv6) {
        checkCount(given.size());
        var entries = new LinkedHashMap<String, PrefixLists.Entry>();
        for (var each : given) {
            var cidr = cidr(each.cidr(), ipv6);
            var description = each.description() == null ? "" : each.description();
            if (description.length() > LONGEST) {
                throw NetworkErrors.invalid(
                        "Description", description, "Expecting at most " + LONGEST + " characters.");
            }
            if (entries.put(cidr, new PrefixLists.Entry(cidr, description)) != null) {
                throw NetworkErrors.invalid("Cidr", cidr, "It is given twice.");
            }
        }
        return entries;
    }

    private static void checkCount(int count) {
        if (count > MOST_CHANGES) {
            throw NetworkErrors.invalid(
                    "Entry", count, "At most " + MOST_CHANGES + " entries can be added or removed at a time.");
        }
    }

    private static String cidr(@Nullable String given, boolean ipv6) {
        var text = NetworkErrors.required(given, "Cidr");
        return IpRange.parse(text)
                .filter(range -> range.ipv6() == ipv6)
                .orElseThrow(() -> NetworkErrors.invalid(
                        "Cidr", text, "Expecting an " + (ipv6 ? "IPv6" : "IPv4") + " CIDR block."))
                .toString();
    }

    private static String checkedName(@Nullable String given) {
        var name = NetworkErrors.required(given, "PrefixListName");
        if (name.length() > LONGEST || name.startsWith("com.amazonaws")) {
            throw NetworkErrors.invalid(
                    "PrefixListName",
                    name,
                    "Expecting at most " + LONGEST + " characters that do not begin with com.amazonaws.");
        }
        return name;
    }

    private static boolean isIpv6(@Nullable String family) {
        return switch (NetworkErrors.required(family, "AddressFamily")) {
            case "IPv4" -> false;
            case "IPv6" -> true;
            case String other -> throw NetworkErrors.invalid("AddressFamily", other, "Expecting IPv4 or IPv6.");
        };
    }

    private int checkedSize(@Nullable Integer given) {
        if (given == null) {
            throw NetworkErrors.missing("MaxEntries");
        }
        if (given < 1 || given > config.maxEntries()) {
            throw NetworkErrors.invalid("MaxEntries", given, "Expecting 1 to " + config.maxEntries() + ".");
        }
        return given;
    }

    private ManagedPrefixList answer(RequestContext context, PrefixListRow row) {
        return answer(ledger, context, row, ledger.tags(context.account(), row.id));
    }

    static ManagedPrefixList answer(NetworkLedger ledger, RequestContext context, PrefixListRow row, List<Tag> tags) {
        return ManagedPrefixList.builder()
                .prefixListId(row.id)
                .prefixListName(row.name)
                .prefixListArn(ledger.arn(context.account(), KIND, row.id))
                .addressFamily(row.family())
                .state(row.state)
                .maxEntries(row.maxEntries)
                .version(row.version)
                .ownerId(row.accountId)
                .tags(tags)
                .build();
    }
}
