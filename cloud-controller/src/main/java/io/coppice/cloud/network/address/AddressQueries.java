package io.coppice.cloud.network.address;

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
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Address;
import software.amazon.awssdk.services.ec2.model.AddressAttribute;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesResponse;
import software.amazon.awssdk.services.ec2.model.ModifyAddressAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyAddressAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ResetAddressAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetAddressAttributeResponse;
import software.amazon.awssdk.services.ec2.model.Tag;

/** DescribeAddresses and the attribute of addresses, which is the name that its user wishes for it. Thread-safe. */
@ApplicationScoped
class AddressQueries implements ActionModule {
    private static final NetworkKind KIND = NetworkKind.ELASTIC_IP;
    private static final String DOMAIN_NAME = "domain-name";
    private static final PageLimits PAGES = PageLimits.usual("allocationIds");
    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,255}$)[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,62})(\\.[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,62}))*\\.?");
    private static final Filters<Address> FILTERS = Filters.<Address>builder()
            .value("allocation-id", Address::allocationId)
            .value("association-id", Address::associationId)
            .value("domain", Address::domainAsString)
            .value("instance-id", Address::instanceId)
            .value("network-border-group", Address::networkBorderGroup)
            .value("network-interface-id", Address::networkInterfaceId)
            .value("network-interface-owner-id", Address::networkInterfaceOwnerId)
            .value("private-ip-address", Address::privateIpAddress)
            .value("public-ip", Address::publicIp)
            .tags(each -> NetworkLedger.asMap(each.tags()))
            .build();

    private final NetworkLedger ledger;
    private final PublicAddresses addresses;
    private final Pages pages;
    private final SiteConfig site;

    AddressQueries(NetworkLedger ledger, PublicAddresses addresses, Pages pages, SiteConfig site) {
        this.ledger = ledger;
        this.addresses = addresses;
        this.pages = pages;
        this.site = site;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "DescribeAddresses", DescribeAddressesRequest::builder, this::describe);
        registry.add(
                Service.EC2,
                "DescribeAddressesAttribute",
                DescribeAddressesAttributeRequest::builder,
                this::attributes);
        registry.add(Service.EC2, "ModifyAddressAttribute", ModifyAddressAttributeRequest::builder, this::modify);
        registry.add(Service.EC2, "ResetAddressAttribute", ResetAddressAttributeRequest::builder, this::reset);
    }

    DescribeAddressesResponse describe(RequestContext context, DescribeAddressesRequest request) {
        var selection = FILTERS.select(request.filters());
        return ledger.call(context, entities -> {
            var all = addresses.elastic(entities, context.account());
            check(all, request.allocationIds(), request.publicIps());
            var tags = ledger.tags(
                    context.account(),
                    all.stream()
                            .map(each -> String.valueOf(each.allocationId()))
                            .toList());
            var instances = instances(entities, all);
            return DescribeAddressesResponse.builder()
                    .addresses(all.stream()
                            .filter(each -> named(request.allocationIds(), each.allocationId())
                                    && named(request.publicIps(), each.ip()))
                            .map(each -> answer(each, instances, tags))
                            .filter(selection)
                            .toList())
                    .build();
        });
    }

    private static boolean named(List<String> wanted, @Nullable String name) {
        return wanted.isEmpty() || wanted.contains(String.valueOf(name));
    }

    private static void check(List<PublicAddress> all, List<String> ids, List<String> ips) {
        for (var id : ids) {
            KIND.check(id);
            if (all.stream().noneMatch(each -> id.equals(each.allocationId()))) {
                throw KIND.notFound(id);
            }
        }
        for (var ip : ips) {
            if (all.stream().noneMatch(each -> each.ip().equals(ip))) {
                throw AddressErrors.ipNotFound(ip);
            }
        }
    }

    /** Which instance has each of the interfaces. One query. */
    private static Map<String, String> instances(EntityManager entities, List<PublicAddress> all) {
        var found = new HashMap<String, String>();
        PlainSql.query(
                entities,
                "select id, instance_id from network_interfaces where id = any(?) and instance_id is not null",
                row -> found.put(row.getString(1), row.getString(2)),
                (Object) all.stream()
                        .map(PublicAddress::interfaceId)
                        .filter(Objects::nonNull)
                        .toArray(String[]::new));
        return found;
    }

    private Address answer(PublicAddress address, Map<String, String> instances, Map<String, List<Tag>> tags) {
        var answer = Address.builder()
                .publicIp(address.ip())
                .allocationId(address.allocationId())
                .domain(AddressActions.DOMAIN)
                .publicIpv4Pool(AddressActions.POOL)
                .networkBorderGroup(site.region())
                .tags(tags.getOrDefault(String.valueOf(address.allocationId()), List.of()));
        var interfaceId = address.interfaceId();
        if (interfaceId != null) {
            answer.associationId(address.associationId())
                    .networkInterfaceId(interfaceId)
                    .networkInterfaceOwnerId(address.accountId())
                    .privateIpAddress(address.privateIp())
                    .instanceId(instances.get(interfaceId));
        }
        return answer.build();
    }

    DescribeAddressesAttributeResponse attributes(RequestContext context, DescribeAddressesAttributeRequest request) {
        checkAttribute(request.attributeAsString());
        var ids = request.allocationIds();
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        return ledger.call(context, entities -> {
            var all = addresses.elastic(entities, context.account());
            check(all, ids, List.of());
            var found = pages.cut(
                    page, all, each -> named(ids, each.allocationId()), each -> String.valueOf(each.allocationId()));
            return DescribeAddressesAttributeResponse.builder()
                    .addresses(found.map(AddressQueries::attribute))
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    /** A wish, since no name server of this cloud is asked about public addresses. */
    private static AddressAttribute attribute(PublicAddress address) {
        var answer = AddressAttribute.builder().publicIp(address.ip()).allocationId(address.allocationId());
        var name = address.domainName();
        return name == null
                ? answer.build()
                : answer.ptrRecordUpdate(update -> update.value(name)
                                .status("PENDING")
                                .reason("Enter the name with whoever serves the reverse zone of the public addresses."))
                        .build();
    }

    ModifyAddressAttributeResponse modify(RequestContext context, ModifyAddressAttributeRequest request) {
        var name = NetworkErrors.required(request.domainName(), "DomainName");
        if (!NAME.matcher(name).matches()) {
            throw NetworkErrors.invalid("domainName", name, "Expecting a domain name.");
        }
        return ledger.call(context, entities -> {
            var wished = wish(entities, context, request.allocationId(), name);
            return ModifyAddressAttributeResponse.builder()
                    .address(attribute(wished))
                    .build();
        });
    }

    ResetAddressAttributeResponse reset(RequestContext context, ResetAddressAttributeRequest request) {
        checkAttribute(NetworkErrors.required(request.attributeAsString(), "Attribute"));
        return ledger.call(context, entities -> {
            var wished = wish(entities, context, request.allocationId(), null);
            return ResetAddressAttributeResponse.builder()
                    .address(attribute(wished))
                    .build();
        });
    }

    private PublicAddress wish(
            EntityManager entities, RequestContext context, @Nullable String allocationId, @Nullable String name) {
        var id = NetworkErrors.required(allocationId, "AllocationId");
        AddressActions.named(entities, addresses, context, id, null);
        addresses.wishName(entities, id, name);
        ledger.record(context, KIND, id, "modified", Map.of());
        return AddressActions.named(entities, addresses, context, id, null);
    }

    private static void checkAttribute(@Nullable String attribute) {
        if (attribute != null && !attribute.equals(DOMAIN_NAME)) {
            throw NetworkErrors.invalid("attribute", attribute, "Expecting " + DOMAIN_NAME + ".");
        }
    }
}
