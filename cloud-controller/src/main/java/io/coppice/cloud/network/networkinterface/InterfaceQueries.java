package io.coppice.cloud.network.networkinterface;

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
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAssociation;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachment;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceIpv6Address;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;

/** DescribeNetworkInterfaces and DescribeNetworkInterfaceAttribute. Thread-safe. */
@ApplicationScoped
class InterfaceQueries implements ActionModule {
    private static final NetworkKind KIND = NetworkKind.NETWORK_INTERFACE;
    private static final PageLimits PAGES = PageLimits.usual("networkInterfaceSet");
    private static final Filters<NetworkInterface> FILTERS = filters();

    private final NetworkLedger ledger;
    private final NetworkInterfaces interfaces;
    private final Pages pages;
    private final SiteConfig site;

    InterfaceQueries(NetworkLedger ledger, NetworkInterfaces interfaces, Pages pages, SiteConfig site) {
        this.ledger = ledger;
        this.interfaces = interfaces;
        this.pages = pages;
        this.site = site;
    }

    private static Filters<NetworkInterface> filters() {
        var filters = Filters.<NetworkInterface>builder()
                .value("network-interface-id", NetworkInterface::networkInterfaceId)
                .value("private-ip-address", NetworkInterface::privateIpAddress)
                .value("private-dns-name", NetworkInterface::privateDnsName)
                .value("mac-address", NetworkInterface::macAddress)
                .value("subnet-id", NetworkInterface::subnetId)
                .value("vpc-id", NetworkInterface::vpcId)
                .value("availability-zone", NetworkInterface::availabilityZone)
                .value("availability-zone-id", NetworkInterface::availabilityZoneId)
                .value("owner-id", NetworkInterface::ownerId)
                .value("status", NetworkInterface::statusAsString)
                .value("interface-type", NetworkInterface::interfaceTypeAsString)
                .value("description", NetworkInterface::description)
                .value("source-dest-check", NetworkInterface::sourceDestCheck)
                .value("requester-id", NetworkInterface::requesterId)
                .value("requester-managed", NetworkInterface::requesterManaged)
                .value("operator.managed", each -> false)
                .never("operator.principal")
                .values("group-id", each -> each.groups().stream()
                        .map(GroupIdentifier::groupId)
                        .toList())
                .values("group-name", each -> each.groups().stream()
                        .map(GroupIdentifier::groupName)
                        .toList())
                .values("ipv6-addresses.ipv6-address", each -> each.ipv6Addresses().stream()
                        .map(NetworkInterfaceIpv6Address::ipv6Address)
                        .toList())
                .values(
                        "addresses.private-ip-address",
                        each -> addresses(each, NetworkInterfacePrivateIpAddress::privateIpAddress))
                .values("addresses.primary", each -> addresses(each, NetworkInterfacePrivateIpAddress::primary))
                .values("addresses.association.public-ip", each -> publics(each, NetworkInterfaceAssociation::publicIp))
                .values("addresses.association.owner-id", each -> publics(each, NetworkInterfaceAssociation::ipOwnerId))
                .tags(each -> NetworkLedger.asMap(each.tagSet()));
        association(filters, "allocation-id", NetworkInterfaceAssociation::allocationId);
        association(filters, "association-id", NetworkInterfaceAssociation::associationId);
        association(filters, "ip-owner-id", NetworkInterfaceAssociation::ipOwnerId);
        association(filters, "public-dns-name", NetworkInterfaceAssociation::publicDnsName);
        association(filters, "public-ip", NetworkInterfaceAssociation::publicIp);
        attachment(filters, "attachment-id", NetworkInterfaceAttachment::attachmentId);
        attachment(filters, "instance-id", NetworkInterfaceAttachment::instanceId);
        attachment(filters, "instance-owner-id", NetworkInterfaceAttachment::instanceOwnerId);
        attachment(filters, "device-index", NetworkInterfaceAttachment::deviceIndex);
        attachment(filters, "status", NetworkInterfaceAttachment::statusAsString);
        attachment(filters, "attach-time", NetworkInterfaceAttachment::attachTime);
        attachment(filters, "delete-on-termination", NetworkInterfaceAttachment::deleteOnTermination);
        return filters.build();
    }

    private static void association(
            Filters.Builder<NetworkInterface> filters, String name, Filters.Column<NetworkInterfaceAssociation> read) {
        filters.value("association." + name, each -> each.association() == null ? null : read.of(each.association()));
    }

    private static void attachment(
            Filters.Builder<NetworkInterface> filters, String name, Filters.Column<NetworkInterfaceAttachment> read) {
        filters.value("attachment." + name, each -> each.attachment() == null ? null : read.of(each.attachment()));
    }

    private static <T> List<T> addresses(NetworkInterface each, Function<NetworkInterfacePrivateIpAddress, T> read) {
        return each.privateIpAddresses().stream().map(read).toList();
    }

    private static List<String> publics(NetworkInterface each, Function<NetworkInterfaceAssociation, String> read) {
        return each.privateIpAddresses().stream()
                .flatMap(address -> Stream.ofNullable(address.association()))
                .map(read)
                .toList();
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(
                Service.EC2, "DescribeNetworkInterfaces", DescribeNetworkInterfacesRequest::builder, this::describe);
        registry.add(
                Service.EC2,
                "DescribeNetworkInterfaceAttribute",
                DescribeNetworkInterfaceAttributeRequest::builder,
                this::attribute);
    }

    DescribeNetworkInterfacesResponse describe(RequestContext context, DescribeNetworkInterfacesRequest request) {
        var ids = request.networkInterfaceIds();
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = FILTERS.select(request.filters());
        return ledger.call(context, entities -> {
            ids.forEach(KIND::check);
            checkAllFound(entities, context, ids);
            var wanted =
                    ids.isEmpty() ? selection.exactly("network-interface-id").orElse(null) : ids;
            var found = pages.read(
                    page,
                    (after, limit) -> answers(entities, context, wanted, after, limit),
                    selection,
                    NetworkInterface::networkInterfaceId);
            return DescribeNetworkInterfacesResponse.builder()
                    .networkInterfaces(found.rows())
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    private static void checkAllFound(EntityManager entities, RequestContext context, List<String> ids) {
        if (ids.isEmpty()) {
            return;
        }
        var present = entities.createQuery(
                        "select i.id from InterfaceRow i where i.accountId = :account and i.id in (:ids)", String.class)
                .setParameter("account", context.account().value())
                .setParameter("ids", ids)
                .getResultList();
        ids.stream().filter(id -> !present.contains(id)).findFirst().ifPresent(id -> {
            throw KIND.notFound(id);
        });
    }

    private List<NetworkInterface> answers(
            EntityManager entities,
            RequestContext context,
            @Nullable Collection<String> wanted,
            @Nullable String after,
            int limit) {
        var found = interfaces.list(entities, context.account(), wanted, after, limit);
        var tags = ledger.tags(
                context.account(), found.stream().map(InterfaceFacts::id).toList());
        return found.stream()
                .map(each ->
                        InterfaceAnswers.networkInterface(each, site.region(), tags.getOrDefault(each.id(), List.of())))
                .toList();
    }

    DescribeNetworkInterfaceAttributeResponse attribute(
            RequestContext context, DescribeNetworkInterfaceAttributeRequest request) {
        var id = NetworkErrors.required(request.networkInterfaceId(), "NetworkInterfaceId");
        var attribute = NetworkErrors.required(request.attributeAsString(), "Attribute");
        var found = ledger.call(context, entities -> interfaces.require(entities, context.account(), id));
        var answer = DescribeNetworkInterfaceAttributeResponse.builder().networkInterfaceId(id);
        switch (attribute) {
            case "description" ->
                answer.description(
                        AttributeValue.builder().value(found.description()).build());
            case "groupSet" -> answer.groups(InterfaceAnswers.groups(found.groups()));
            case "sourceDestCheck" ->
                answer.sourceDestCheck(AttributeBooleanValue.builder()
                        .value(found.sourceDestCheck())
                        .build());
            case "attachment" -> answer.attachment(InterfaceAnswers.attachment(found));
            case "associatePublicIpAddress" ->
                answer.associatePublicIpAddress(found.publicAddresses().stream().anyMatch(each -> !each.elastic()));
            default ->
                throw NetworkErrors.invalid("attribute", attribute, "It is not an attribute of a network interface.");
        }
        return answer.build();
    }
}
