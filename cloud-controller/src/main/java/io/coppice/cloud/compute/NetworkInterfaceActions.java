package io.coppice.cloud.compute;

import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.place.FlatActionModule;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.tag.TaggableResource;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.NetworkInterfaceId;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * The primary network interfaces of instances in a flat network: shown and tagged by themselves, made and deleted with their
 * instance, whose row holds all their facts. Thread-safe.
 */
@ApplicationScoped
public class NetworkInterfaceActions implements FlatActionModule, TaggableResource {
    private static final PageLimits PAGES = PageLimits.usual("networkInterfaceSet");
    private static final String NOT_FOUND = "InvalidNetworkInterfaceID.NotFound";

    private static final Filters<NetworkInterface> FILTERS = Filters.<NetworkInterface>builder()
            .value("network-interface-id", NetworkInterface::networkInterfaceId)
            .value("attachment.attachment-id", each -> each.attachment().attachmentId())
            .value("attachment.instance-id", each -> each.attachment().instanceId())
            .value("attachment.instance-owner-id", each -> each.attachment().instanceOwnerId())
            .value("attachment.device-index", each -> each.attachment().deviceIndex())
            .value("attachment.status", each -> each.attachment().statusAsString())
            .value("attachment.attach-time", each -> each.attachment().attachTime())
            .value("attachment.delete-on-termination", each -> each.attachment().deleteOnTermination())
            .value("addresses.private-ip-address", NetworkInterface::privateIpAddress)
            .value("addresses.primary", each -> true)
            .value("private-ip-address", NetworkInterface::privateIpAddress)
            .value("private-dns-name", NetworkInterface::privateDnsName)
            .value("mac-address", NetworkInterface::macAddress)
            .value("subnet-id", NetworkInterface::subnetId)
            .value("vpc-id", NetworkInterface::vpcId)
            .value("availability-zone", NetworkInterface::availabilityZone)
            .value("owner-id", NetworkInterface::ownerId)
            .value("status", NetworkInterface::statusAsString)
            .value("interface-type", NetworkInterface::interfaceTypeAsString)
            .value("description", NetworkInterface::description)
            .value("source-dest-check", NetworkInterface::sourceDestCheck)
            .value("requester-managed", NetworkInterface::requesterManaged)
            .values(
                    "group-id",
                    each -> each.groups().stream().map(GroupIdentifier::groupId).toList())
            .value("availability-zone-id", each -> Zones.idOf(String.valueOf(each.availabilityZone())))
            .value("operator.managed", each -> false)
            .never(
                    "addresses.association.owner-id",
                    "addresses.association.public-ip",
                    "association.allocation-id",
                    "association.association-id",
                    "association.ip-owner-id",
                    "association.public-dns-name",
                    "association.public-ip",
                    "ipv6-addresses.ipv6-address",
                    "operator.principal",
                    "requester-id")
            .values("group-name", each -> each.groups().stream()
                    .map(GroupIdentifier::groupName)
                    .toList())
            .tags(each -> each.tagSet().stream().collect(Collectors.toMap(Tag::key, Tag::value)))
            .build();

    private final Database database;
    private final Tags tags;
    private final Pages pages;
    private final InstanceAnswers answers;
    private final boolean flat;

    /** For the container and for tests. */
    public NetworkInterfaceActions(Database database, Tags tags, Pages pages, SiteConfig site) {
        this.database = database;
        this.tags = tags;
        this.pages = pages;
        this.answers = new InstanceAnswers(site.region());
        this.flat = !site.network().mode().vpcs();
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!flat) {
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
        var ids = request.networkInterfaceIds().stream()
                .map(NetworkInterfaceActions::check)
                .toList();
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = FILTERS.select(request.filters());
        ids.forEach(id -> require(context.account(), id));
        var wanted = ids.isEmpty() ? selection.exactly("network-interface-id").orElse(null) : ids;
        var found = pages.read(
                page,
                (after, limit) -> list(context.account(), wanted, after, limit),
                selection,
                NetworkInterface::networkInterfaceId);
        return DescribeNetworkInterfacesResponse.builder()
                .networkInterfaces(found.rows())
                .nextToken(found.nextToken())
                .build();
    }

    DescribeNetworkInterfaceAttributeResponse attribute(
            RequestContext context, DescribeNetworkInterfaceAttributeRequest request) {
        var given = request.networkInterfaceId();
        if (given == null) {
            throw InstanceErrors.missing("NetworkInterfaceId");
        }
        var row = require(context.account(), check(given));
        var answer = DescribeNetworkInterfaceAttributeResponse.builder().networkInterfaceId(given);
        switch (String.valueOf(request.attributeAsString())) {
            case "description" -> answer.description(InstanceAnswers.text(""));
            case "groupSet" -> answer.groups(InstanceAnswers.groups(row));
            case "sourceDestCheck" -> answer.sourceDestCheck(each -> each.value(row.options.sourceDestCheck()));
            case "attachment" -> answer.attachment(InstanceAnswers.attachment(row));
            case "associatePublicIpAddress" -> answer.associatePublicIpAddress(false);
            case "null" -> throw InstanceErrors.missing("Attribute");
            default ->
                throw InstanceErrors.invalid(
                        "attribute", request.attributeAsString(), "It is not an attribute of a network interface.");
        }
        return answer.build();
    }

    /** By id; interfaces of terminated instances are gone. Two queries. */
    private List<NetworkInterface> list(
            AccountId account, @Nullable Collection<String> ids, @Nullable String after, int limit) {
        var rows = rows(account, ids, after, limit);
        var tagsById = tags.of(
                account, rows.stream().map(row -> row.network.interfaceId()).toList());
        return rows.stream()
                .map(row -> answers.interfaceOf(
                        row, TagRules.toList(tagsById.getOrDefault(row.network.interfaceId(), Map.of()))))
                .toList();
    }

    private List<Instance> rows(
            AccountId account, @Nullable Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "select i from Instance i where i.accountId = :account and i.state <> TERMINATED"
                                    + (ids == null ? "" : " and i.network.interfaceId in :ids")
                                    + (after == null ? "" : " and i.network.interfaceId > :after")
                                    + " order by i.network.interfaceId",
                            Instance.class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (ids != null) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            return query.getResultList();
        });
    }

    private Optional<Instance> find(AccountId account, String id) {
        return rows(account, List.of(id), null, 1).stream().findFirst();
    }

    private Instance require(AccountId account, String id) {
        return find(account, id).orElseThrow(() -> notFound(id));
    }

    private static String check(String id) {
        try {
            return new NetworkInterfaceId(id).value();
        } catch (MalformedIdException e) {
            throw AwsException.client(
                    "InvalidNetworkInterfaceId.Malformed", "Invalid id: \"" + id + "\" (expecting \"eni-...\")");
        }
    }

    @Override
    public boolean known() {
        return flat;
    }

    @Override
    public String idPrefix() {
        return NetworkInterfaceId.PREFIX;
    }

    @Override
    public String resourceType() {
        return "network-interface";
    }

    @Override
    public boolean exists(AccountId account, String id) {
        return find(account, id).isPresent();
    }

    @Override
    public AwsException notFound(String id) {
        return AwsException.client(NOT_FOUND, "The networkInterface ID '" + id + "' does not exist");
    }
}
