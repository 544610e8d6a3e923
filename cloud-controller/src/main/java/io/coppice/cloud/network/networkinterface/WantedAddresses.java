package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.networkinterface.NewInterface.Addresses;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceIpv6Address;
import software.amazon.awssdk.services.ec2.model.PrivateIpAddressSpecification;

/** Reads the addresses that a request wishes for a new interface, from the members that several requests have. Pure. */
public final class WantedAddresses {
    private WantedAddresses() {}

    /** The addresses; throws as AWS does for members that exclude each other. */
    public static Addresses of(
            @Nullable String primary,
            List<PrivateIpAddressSpecification> specified,
            @Nullable Integer moreSecondary,
            List<InstanceIpv6Address> ipv6,
            @Nullable Integer moreIpv6) {
        if (moreSecondary != null && !specified.isEmpty()) {
            throw NetworkErrors.combination(
                    "PrivateIpAddresses and SecondaryPrivateIpAddressCount may not be given on the same request");
        }
        if (moreIpv6 != null && !ipv6.isEmpty()) {
            throw NetworkErrors.combination("Ipv6Addresses and Ipv6AddressCount may not be given on the same request");
        }
        var first = primary;
        var secondary = new ArrayList<String>();
        for (var each : specified) {
            var ip = NetworkErrors.required(each.privateIpAddress(), "PrivateIpAddress");
            if (!Boolean.TRUE.equals(each.primary())) {
                secondary.add(ip);
            } else if (first == null || first.equals(ip)) {
                first = ip;
            } else {
                throw NetworkErrors.combination("An interface has one primary private address only");
            }
        }
        var all = new ArrayList<>(secondary);
        if (first != null) {
            all.add(first);
        }
        SubnetAddresses.checkDistinct(all);
        return new Addresses(
                first,
                secondary,
                count("SecondaryPrivateIpAddressCount", moreSecondary),
                ipv6.stream()
                        .map(each -> NetworkErrors.required(each.ipv6Address(), "Ipv6Address"))
                        .toList(),
                count("Ipv6AddressCount", moreIpv6));
    }

    static int count(String parameter, @Nullable Integer given) {
        if (given != null && given < 0) {
            throw NetworkErrors.invalid(parameter, given, "Expecting 0 or more.");
        }
        return given == null ? 0 : given;
    }
}
