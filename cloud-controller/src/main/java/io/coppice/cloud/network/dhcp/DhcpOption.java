package io.coppice.cloud.network.dhcp;

import java.util.Arrays;
import java.util.Optional;

/** The options that a set may have: of those in AWS's API reference (CreateDhcpOptions) what hosts give to guests. */
enum DhcpOption {
    DOMAIN_NAME("domain-name", 1),
    DOMAIN_NAME_SERVERS("domain-name-servers", 4),
    NTP_SERVERS("ntp-servers", 4);

    private final String key;
    private final int maxValues;

    DhcpOption(String key, int maxValues) {
        this.key = key;
        this.maxValues = maxValues;
    }

    /** As requests and answers name it. */
    String key() {
        return key;
    }

    /** How many values it may have. */
    int maxValues() {
        return maxValues;
    }

    static Optional<DhcpOption> of(String key) {
        return Arrays.stream(values()).filter(option -> option.key.equals(key)).findFirst();
    }
}
