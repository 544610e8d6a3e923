package io.coppice.cloud.place;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The network that an account finds in the cloud: a default VPC with everything that belongs to it. All accounts share the
 * zone's flat network; the ids are each account's own and always the same, since they are digests of the account's id.
 * Pure and thread-safe.
 */
@ApplicationScoped
public class DefaultNetwork {
    private static final int ID_DIGITS = 17;

    private final String cidr;
    private final String zone;
    private final boolean flat;

    /** For the container and for tests. */
    public DefaultNetwork(
            SiteConfig site,
            @ConfigProperty(name = "coppice.network.cidr", defaultValue = "172.31.0.0/16") String cidr) {
        this.cidr = cidr;
        this.zone = site.zone();
        this.flat = !site.network().mode().vpcs();
    }

    /** Whether this is all the network there is: the cloud has no virtual private clouds. */
    boolean flat() {
        return flat;
    }

    /** The account's default network. */
    public Ids of(AccountId account) {
        return new Ids(account, cidr, zone);
    }

    /**
     * The names of an account's default network.
     *
     * @param cidr of the VPC and of its one subnet
     * @param zone of the subnet
     */
    public record Ids(AccountId account, String cidr, String zone) {
        /** The name of the default security group. */
        public static final String SECURITY_GROUP_NAME = "default";

        /** {@code vpc-…}. */
        public String vpcId() {
            return id("vpc-", "vpc");
        }

        /** {@code subnet-…}. */
        public String subnetId() {
            return id("subnet-", "subnet");
        }

        /** {@code sg-…}. */
        public String securityGroupId() {
            return id("sg-", "security-group");
        }

        /** {@code rtb-…}. */
        public String routeTableId() {
            return id("rtb-", "route-table");
        }

        /** {@code igw-…}. */
        public String internetGatewayId() {
            return id("igw-", "internet-gateway");
        }

        /** {@code acl-…}. */
        public String networkAclId() {
            return id("acl-", "network-acl");
        }

        /** {@code dopt-…}. */
        public String dhcpOptionsId() {
            return id("dopt-", "dhcp-options");
        }

        /** An id of this account's for something of this kind, with this prefix. */
        public String id(String prefix, String kind) {
            var text = "coppice default network/" + account + "/" + kind;
            try {
                var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
                return prefix + HexFormat.of().formatHex(digest).substring(0, ID_DIGITS);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("SHA-256 is in every JDK", e);
            }
        }
    }
}
