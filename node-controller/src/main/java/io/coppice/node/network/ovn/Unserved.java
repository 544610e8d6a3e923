package io.coppice.node.network.ovn;

import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.Vpc;
import java.util.ArrayList;
import java.util.Optional;

/** What a VPC asks for and this engine does not do: it is said, not silently absent. */
final class Unserved {
    private Unserved() {}

    /** For people, empty when there is nothing. */
    static String of(Vpc vpc, Optional<Outside> outside) {
        var missing = new ArrayList<String>();
        if (vpc.getPeeringsCount() > 0) {
            missing.add("packets to peers are dropped");
        }
        if (vpc.hasFlowLogging()) {
            missing.add("flows are not recorded");
        }
        if (vpc.getRouteTablesList().stream()
                .flatMap(table -> table.getRoutesList().stream())
                .anyMatch(route -> isOutsideByIpv6(route))) {
            missing.add("IPv6 does not leave the VPC");
        }
        if (outside.isEmpty() && !vpc.getNatGatewaysList().isEmpty()) {
            missing.add("NAT gateways lead nowhere without coppice.node.network.ovn-public-network");
        }
        return missing.isEmpty()
                ? ""
                : "The network engine OVN does not do all of this VPC: " + String.join("; ", missing) + ".";
    }

    private static boolean isOutsideByIpv6(Route route) {
        return route.hasEgressOnlyInternetGatewayId()
                || (route.hasInternetGatewayId() && route.getDestination().contains(":"));
    }
}
