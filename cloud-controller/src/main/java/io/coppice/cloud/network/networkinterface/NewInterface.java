package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.group.SecurityGroups.Group;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network interface that is to be.
 *
 * @param groups of the VPC of its subnet
 * @param addresses which private IPv4 addresses it is to have
 * @param kind as the API names the type of interface
 * @param requesterId what manages it; null when its user does
 * @param attachment null when no instance has it from its beginning
 */
public record NewInterface(
        List<Group> groups,
        Addresses addresses,
        String description,
        boolean sourceDestCheck,
        String kind,
        @Nullable String requesterId,
        @Nullable Attachment attachment) {
    /** The type that users make. */
    public static final String USUAL_KIND = "interface";

    /** Keeps its own copy. */
    public NewInterface {
        groups = List.copyOf(groups);
    }

    /** An interface as users make it. */
    public static NewInterface of(
            List<Group> groups, Addresses addresses, String description, @Nullable Attachment attachment) {
        return new NewInterface(groups, addresses, description, true, USUAL_KIND, null, attachment);
    }

    /** Where an interface is attached. */
    public record Attachment(String instanceId, int deviceIndex, boolean deleteOnTermination) {}

    /**
     * The addresses that an interface is to have.
     *
     * @param primary null for any that is free
     * @param secondary these besides
     * @param moreSecondary and so many more
     * @param ipv6 these IPv6 addresses
     * @param moreIpv6 and so many more
     */
    public record Addresses(
            @Nullable String primary, List<String> secondary, int moreSecondary, List<String> ipv6, int moreIpv6) {
        /** Any primary address and nothing else. */
        public static final Addresses ANY = new Addresses(null, List.of(), 0, List.of(), 0);

        /** Keeps its own copies. */
        public Addresses {
            secondary = List.copyOf(secondary);
            ipv6 = List.copyOf(ipv6);
        }

        /** How many private IPv4 addresses that are. */
        public int privateCount() {
            return 1 + secondary.size() + moreSecondary;
        }

        /** How many IPv6 addresses that are. */
        public int ipv6Count() {
            return ipv6.size() + moreIpv6;
        }
    }
}
