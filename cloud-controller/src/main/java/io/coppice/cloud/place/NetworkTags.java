package io.coppice.cloud.place;

import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.tag.TaggableResource;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Tags of the things in the default network. Thread-safe. */
@ApplicationScoped
class NetworkTags {
    private final Tags tags;
    private final DefaultNetwork networks;

    NetworkTags(Tags tags, DefaultNetwork networks) {
        this.tags = tags;
        this.networks = networks;
    }

    /** The tags of one thing, as answers list them. */
    List<Tag> of(AccountId account, String id) {
        return TagRules.toList(tags.of(account, List.of(id)).get(id));
    }

    /** Tags of a row as filters want them. */
    static <T> Function<T, Map<String, String>> asMap(Function<T, List<Tag>> read) {
        return row -> read.apply(row).stream().collect(Collectors.toMap(Tag::key, Tag::value));
    }

    @Produces
    @Singleton
    TaggableResource vpcs() {
        return new Taggable(NetworkKind.VPC);
    }

    @Produces
    @Singleton
    TaggableResource subnets() {
        return new Taggable(NetworkKind.SUBNET);
    }

    @Produces
    @Singleton
    TaggableResource securityGroups() {
        return new Taggable(NetworkKind.SECURITY_GROUP);
    }

    @Produces
    @Singleton
    TaggableResource routeTables() {
        return new Taggable(NetworkKind.ROUTE_TABLE);
    }

    @Produces
    @Singleton
    TaggableResource internetGateways() {
        return new Taggable(NetworkKind.INTERNET_GATEWAY);
    }

    @Produces
    @Singleton
    TaggableResource networkAcls() {
        return new Taggable(NetworkKind.NETWORK_ACL);
    }

    @Produces
    @Singleton
    TaggableResource dhcpOptions() {
        return new Taggable(NetworkKind.DHCP_OPTIONS);
    }

    /** The one thing of a kind that an account has. */
    private final class Taggable implements TaggableResource {
        private final NetworkKind kind;

        Taggable(NetworkKind kind) {
            this.kind = kind;
        }

        /** In the other mode the groups are still these. */
        @Override
        public boolean known() {
            return networks.flat();
        }

        @Override
        public String idPrefix() {
            return kind.prefix();
        }

        @Override
        public String resourceType() {
            return kind.resourceType();
        }

        @Override
        public boolean exists(AccountId account, String id) {
            return kind.idIn(networks.of(account)).equals(id);
        }

        @Override
        public AwsException notFound(String id) {
            return kind.notFound(id);
        }
    }
}
