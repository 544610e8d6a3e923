package io.coppice.cloud.network.dhcp;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.Rows;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.AssociateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.AssociateDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DhcpConfiguration;
import software.amazon.awssdk.services.ec2.model.DhcpOptions;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Create-, Delete-, Describe- and AssociateDhcpOptions. Thread-safe. */
@ApplicationScoped
class DhcpOptionsActions implements ActionModule {
    /** What requests say for a VPC without options. */
    private static final String NONE = "default";

    private static final NetworkLedger.Listing<DhcpOptions> SETS = new NetworkLedger.Listing<>(
            NetworkKind.DHCP_OPTIONS,
            DhcpOptions::dhcpOptionsId,
            Filters.<DhcpOptions>builder()
                    .value("dhcp-options-id", DhcpOptions::dhcpOptionsId)
                    .value("owner-id", DhcpOptions::ownerId)
                    .values("key", options -> options.dhcpConfigurations().stream()
                            .map(DhcpConfiguration::key)
                            .toList())
                    .values("value", options -> options.dhcpConfigurations().stream()
                            .flatMap(each -> each.values().stream().map(AttributeValue::value))
                            .toList())
                    .tags(options -> NetworkLedger.asMap(options.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final DhcpOptionSets sets;
    private final NetworkConfig config;

    DhcpOptionsActions(NetworkLedger ledger, Vpcs vpcs, DhcpOptionSets sets, NetworkConfig config) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.sets = sets;
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateDhcpOptions", CreateDhcpOptionsRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteDhcpOptions", DeleteDhcpOptionsRequest::builder, this::delete);
        registry.add(Service.EC2, "DescribeDhcpOptions", DescribeDhcpOptionsRequest::builder, this::describe);
        registry.add(Service.EC2, "AssociateDhcpOptions", AssociateDhcpOptionsRequest::builder, this::associate);
    }

    CreateDhcpOptionsResponse create(RequestContext context, CreateDhcpOptionsRequest request) {
        var options = DhcpRules.read(request.dhcpConfigurations());
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.DHCP_OPTIONS.resourceType());
        return ledger.call(context, entities -> {
            PlainSql.lock(entities, "DHCP options " + context.account());
            if (sets.all(entities, context.account()).size() >= config.maxDhcpOptions()) {
                throw NetworkErrors.limit("DhcpOptionsLimitExceeded", "sets of DHCP options", config.maxDhcpOptions());
            }
            var set = sets.make(entities, context.account(), NetworkKind.DHCP_OPTIONS.newId(), false, options);
            ledger.made(context, NetworkKind.DHCP_OPTIONS, set.id, tags, Map.of());
            return CreateDhcpOptionsResponse.builder()
                    .dhcpOptions(answer(set, TagRules.toList(tags)))
                    .build();
        });
    }

    DeleteDhcpOptionsResponse delete(RequestContext context, DeleteDhcpOptionsRequest request) {
        var id = NetworkErrors.required(request.dhcpOptionsId(), "DhcpOptionsId");
        ledger.run(context, entities -> {
            var set = sets.require(entities, context.account(), id);
            PlainSql.lock(entities, "DHCP options " + id);
            Rows.refresh(entities, set, () -> NetworkKind.DHCP_OPTIONS.notFound(id));
            if (vpcs.all(entities, context.account()).stream().anyMatch(vpc -> id.equals(vpc.dhcpOptionsId()))) {
                throw NetworkErrors.inUse(NetworkKind.DHCP_OPTIONS, id);
            }
            entities.remove(set);
            ledger.removed(context, NetworkKind.DHCP_OPTIONS, id);
        });
        return DeleteDhcpOptionsResponse.builder().build();
    }

    AssociateDhcpOptionsResponse associate(RequestContext context, AssociateDhcpOptionsRequest request) {
        var id = NetworkErrors.required(request.dhcpOptionsId(), "DhcpOptionsId");
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        ledger.run(context, entities -> {
            var vpc = vpcs.change(entities, context.account(), vpcId);
            if (id.equals(NONE)) {
                vpc.useDhcpOptions(null);
            } else {
                // So that nobody deletes the set meanwhile.
                PlainSql.lock(entities, "DHCP options " + id);
                vpc.useDhcpOptions(sets.require(entities, context.account(), id).id);
            }
            ledger.record(context, NetworkKind.VPC, vpcId, "modified", Map.of("dhcp_options", id));
        });
        return AssociateDhcpOptionsResponse.builder().build();
    }

    DescribeDhcpOptionsResponse describe(RequestContext context, DescribeDhcpOptionsRequest request) {
        var query = new NetworkLedger.Query(
                request.dhcpOptionsIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = ledger.call(context, entities -> {
            var rows = sets.all(entities, context.account());
            var tags = ledger.tags(
                    context.account(), rows.stream().map(row -> row.id).toList());
            var answers = rows.stream()
                    .map(row -> answer(row, tags.getOrDefault(row.id, List.of())))
                    .toList();
            return ledger.page(context, SETS, answers, query);
        });
        return DescribeDhcpOptionsResponse.builder()
                .dhcpOptions(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static DhcpOptions answer(DhcpOptionsRow row, List<Tag> tags) {
        var configurations = new ArrayList<DhcpConfiguration>();
        for (var option : DhcpOption.values()) {
            var values = row.value(option);
            if (values != null) {
                configurations.add(DhcpConfiguration.builder()
                        .key(option.key())
                        .values(Arrays.stream(values.split(","))
                                .map(value ->
                                        AttributeValue.builder().value(value).build())
                                .toList())
                        .build());
            }
        }
        return DhcpOptions.builder()
                .dhcpOptionsId(row.id)
                .ownerId(row.accountId)
                .dhcpConfigurations(configurations)
                .tags(tags)
                .build();
    }
}
