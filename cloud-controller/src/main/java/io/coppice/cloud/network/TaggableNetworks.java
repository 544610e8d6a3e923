package io.coppice.cloud.network;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Lets CreateTags and DeleteTags know the things that networks are made of. Thread-safe. */
@ApplicationScoped
class TaggableNetworks {
    private final Database database;
    private final FirstNetwork firstNetwork;
    private final boolean open;

    TaggableNetworks(Database database, FirstNetwork firstNetwork, SiteConfig site) {
        this.database = database;
        this.firstNetwork = firstNetwork;
        this.open = site.network().mode().vpcs();
    }

    @Produces
    @Singleton
    TaggableResource vpcs() {
        return new Taggable(NetworkKind.VPC, "vpcs");
    }

    @Produces
    @Singleton
    TaggableResource subnets() {
        return new Taggable(NetworkKind.SUBNET, "subnets");
    }

    @Produces
    @Singleton
    TaggableResource routeTables() {
        return new Taggable(NetworkKind.ROUTE_TABLE, "route_tables");
    }

    @Produces
    @Singleton
    TaggableResource internetGateways() {
        return new Taggable(NetworkKind.INTERNET_GATEWAY, "internet_gateways");
    }

    @Produces
    @Singleton
    TaggableResource egressOnlyInternetGateways() {
        return new Taggable(NetworkKind.EGRESS_ONLY_INTERNET_GATEWAY, "egress_only_internet_gateways");
    }

    @Produces
    @Singleton
    TaggableResource networkAcls() {
        return new Taggable(NetworkKind.NETWORK_ACL, "network_acls");
    }

    @Produces
    @Singleton
    TaggableResource dhcpOptions() {
        return new Taggable(NetworkKind.DHCP_OPTIONS, "dhcp_options");
    }

    @Produces
    @Singleton
    TaggableResource natGateways() {
        return new Taggable(NetworkKind.NAT_GATEWAY, "nat_gateways");
    }

    @Produces
    @Singleton
    TaggableResource peerings() {
        return new Taggable(NetworkKind.VPC_PEERING, "vpc_peerings");
    }

    @Produces
    @Singleton
    TaggableResource securityGroups() {
        return new Taggable(NetworkKind.SECURITY_GROUP, "security_groups");
    }

    @Produces
    @Singleton
    TaggableResource securityGroupRules() {
        return new Taggable(
                NetworkKind.SECURITY_GROUP_RULE,
                "(select r.id, g.account_id from security_group_rules r join security_groups g on g.id = r.group_id) r");
    }

    @Produces
    @Singleton
    TaggableResource prefixLists() {
        return new Taggable(NetworkKind.PREFIX_LIST, "managed_prefix_lists");
    }

    @Produces
    @Singleton
    TaggableResource networkInterfaces() {
        return new Taggable(NetworkKind.NETWORK_INTERFACE, "network_interfaces");
    }

    @Produces
    @Singleton
    TaggableResource elasticIps() {
        return new Taggable(NetworkKind.ELASTIC_IP, "(select allocation_id as id, account_id from public_addresses) a");
    }

    @Produces
    @Singleton
    TaggableResource flowLogs() {
        return new Taggable(NetworkKind.FLOW_LOG, "flow_logs");
    }

    /** One kind, by the table that its rows are in. */
    private final class Taggable implements TaggableResource {
        private final NetworkKind kind;
        private final String table;

        Taggable(NetworkKind kind, String table) {
            this.kind = kind;
            this.table = table;
        }

        @Override
        public boolean known() {
            return open;
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
            var accounts = kind == NetworkKind.VPC_PEERING ? "? in (account_id, peer_account_id)" : "account_id = ?";
            return database.call(entities -> {
                firstNetwork.ensure(entities, account);
                return !PlainSql.query(
                                entities,
                                "select 1 from " + table + " where " + accounts + " and id = ?",
                                row -> true,
                                account.value(),
                                id)
                        .isEmpty();
            });
        }

        @Override
        public AwsException notFound(String id) {
            return kind.notFound(id);
        }
    }
}
