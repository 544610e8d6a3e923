package io.coppice.cloud.compute;

/** Hardware addresses of guests: locally administered, made from the IPv4 address so that they are as unique as it is. */
final class MacAddresses {
    private MacAddresses() {}

    static String forIpv4(String address) {
        var mac = new StringBuilder("02:c0");
        for (var part : address.split("\\.", -1)) {
            mac.append(String.format(":%02x", Integer.parseInt(part)));
        }
        return mac.toString();
    }
}
