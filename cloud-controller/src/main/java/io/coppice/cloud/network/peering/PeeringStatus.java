package io.coppice.cloud.network.peering;

import java.util.Arrays;

/** The states of a peering connection (AWS VPC peering guide, "VPC peering connection lifecycle"). */
enum PeeringStatus {
    PENDING_ACCEPTANCE("pending-acceptance", "Pending Acceptance"),
    ACTIVE("active", "Active"),
    REJECTED("rejected", "Rejected"),
    DELETED("deleted", "Deleted"),
    EXPIRED("expired", "Expired"),
    FAILED("failed", "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range");

    private final String code;
    private final String message;

    PeeringStatus(String code, String message) {
        this.code = code;
        this.message = message;
    }

    /** As answers name it. */
    String code() {
        return code;
    }

    /** For people. */
    String message() {
        return message;
    }

    /** Whether something may still come of it. */
    boolean open() {
        return this == PENDING_ACCEPTANCE || this == ACTIVE;
    }

    static PeeringStatus of(String code) {
        return Arrays.stream(values())
                .filter(status -> status.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("unknown state of a peering connection: " + code));
    }
}
