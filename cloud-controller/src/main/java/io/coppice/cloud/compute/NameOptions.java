package io.coppice.cloud.compute;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.PrivateDnsNameOptionsRequest;

/**
 * How an instance is named. Source: AWS EC2 user guide, "EC2 instance hostnames and domains".
 *
 * @param resourceNamed whether its host name is its id and not its address
 * @param ipv4Record whether names of the VPC lead from its resource name to its private address
 * @param ipv6Record whether they lead to its first IPv6 address
 */
record NameOptions(boolean resourceNamed, boolean ipv4Record, boolean ipv6Record) {
    /** As AWS has it when nothing is asked for. */
    static final NameOptions USUAL = new NameOptions(false, false, false);

    private static final String BY_ADDRESS = "ip-name";
    private static final String BY_ID = "resource-name";

    /** The options after a request; what it does not name stays. Throws what AWS does for a type that it does not know. */
    NameOptions changed(@Nullable PrivateDnsNameOptionsRequest asked) {
        return asked == null
                ? this
                : changed(
                        asked.hostnameTypeAsString(),
                        asked.enableResourceNameDnsARecord(),
                        asked.enableResourceNameDnsAAAARecord());
    }

    /** As {@link #changed(PrivateDnsNameOptionsRequest)}; null where nothing is said. */
    NameOptions changed(@Nullable String type, @Nullable Boolean a, @Nullable Boolean aaaa) {
        return new NameOptions(
                type == null ? resourceNamed : isById(type),
                a == null ? ipv4Record : a,
                aaaa == null ? ipv6Record : aaaa);
    }

    private static boolean isById(String type) {
        if (!type.equals(BY_ADDRESS) && !type.equals(BY_ID)) {
            throw InstanceErrors.invalid("hostnameType", type, "Expecting ip-name or resource-name.");
        }
        return type.equals(BY_ID);
    }

    String hostnameType() {
        return resourceNamed ? BY_ID : BY_ADDRESS;
    }
}
