package io.coppice.cloud.network.dhcp;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkErrors;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ec2.model.NewDhcpConfiguration;

/** What a set of DHCP options may hold (AWS API reference, CreateDhcpOptions). */
final class DhcpRules {
    private static final int MAX_DOMAIN = 253;
    private static final Pattern DOMAIN =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*\\.?");
    private static final Set<String> NOT_HERE =
            Set.of("netbios-name-servers", "netbios-node-type", "ipv6-address-preferred-lease-time");

    private DhcpRules() {}

    /** The options of a request, the values of each separated by commas. */
    static Map<DhcpOption, String> read(List<NewDhcpConfiguration> configurations) {
        if (configurations.isEmpty()) {
            throw NetworkErrors.missing("DhcpConfiguration");
        }
        var options = new EnumMap<DhcpOption, String>(DhcpOption.class);
        for (var configuration : configurations) {
            var key = NetworkErrors.required(configuration.key(), "DhcpConfiguration.Key");
            if (NOT_HERE.contains(key)) {
                throw NetworkErrors.unsupported("The hosts of this cloud do not hand out the DHCP option " + key + ".");
            }
            var option = DhcpOption.of(key)
                    .orElseThrow(() -> NetworkErrors.invalid("key", key, "There is no such DHCP option."));
            var values = check(option, configuration.values());
            if (options.put(option, String.join(",", values)) != null) {
                throw NetworkErrors.invalid("key", key, "The option is given twice.");
            }
        }
        return options;
    }

    private static List<String> check(DhcpOption option, List<String> values) {
        if (values.isEmpty()) {
            throw NetworkErrors.missing("DhcpConfiguration.Value");
        }
        if (values.size() > option.maxValues()) {
            throw NetworkErrors.invalid(
                    option.key(), values, "The option takes at most " + option.maxValues() + " values.");
        }
        for (var value : values) {
            switch (option) {
                case DOMAIN_NAME -> {
                    if (value.length() > MAX_DOMAIN || !DOMAIN.matcher(value).matches()) {
                        throw NetworkErrors.invalid(option.key(), value, "This is no domain name.");
                    }
                }
                case DOMAIN_NAME_SERVERS -> {
                    if (!value.equals(DhcpOptionSets.OWN_RESOLVER)) {
                        checkAddress(option, value);
                    }
                }
                case NTP_SERVERS -> checkAddress(option, value);
            }
        }
        return values;
    }

    private static void checkAddress(DhcpOption option, String value) {
        var address = IpRange.address(value)
                .orElseThrow(() -> NetworkErrors.invalid(option.key(), value, "Expecting an IPv4 address."));
        if (value.indexOf(':') >= 0) {
            throw NetworkErrors.unsupported(
                    "The hosts of this cloud hand out servers by their IPv4 address only, not " + value + ".");
        }
        if (address.signum() == 0) {
            throw NetworkErrors.invalid(option.key(), value, "Expecting the address of a host.");
        }
    }
}
