package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkLedger;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.AssignIpv6AddressesRequest;
import software.amazon.awssdk.services.ec2.model.AssignIpv6AddressesResponse;
import software.amazon.awssdk.services.ec2.model.AssignPrivateIpAddressesRequest;
import software.amazon.awssdk.services.ec2.model.AssignPrivateIpAddressesResponse;
import software.amazon.awssdk.services.ec2.model.AssignedPrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.UnassignIpv6AddressesRequest;
import software.amazon.awssdk.services.ec2.model.UnassignIpv6AddressesResponse;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateIpAddressesRequest;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateIpAddressesResponse;

/** Assigns further addresses to network interfaces and takes them back. Thread-safe. */
@ApplicationScoped
class InterfaceAddressActions implements ActionModule {
    private final NetworkLedger ledger;
    private final SecondaryAddresses addresses;

    InterfaceAddressActions(NetworkLedger ledger, SecondaryAddresses addresses) {
        this.ledger = ledger;
        this.addresses = addresses;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "AssignPrivateIpAddresses", AssignPrivateIpAddressesRequest::builder, this::assign);
        registry.add(
                Service.EC2, "UnassignPrivateIpAddresses", UnassignPrivateIpAddressesRequest::builder, this::unassign);
        registry.add(Service.EC2, "AssignIpv6Addresses", AssignIpv6AddressesRequest::builder, this::assignIpv6);
        registry.add(Service.EC2, "UnassignIpv6Addresses", UnassignIpv6AddressesRequest::builder, this::unassignIpv6);
    }

    AssignPrivateIpAddressesResponse assign(RequestContext context, AssignPrivateIpAddressesRequest request) {
        var id = NetworkErrors.required(request.networkInterfaceId(), "NetworkInterfaceId");
        checkNoPrefixes(!request.ipv4Prefixes().isEmpty() || request.ipv4PrefixCount() != null);
        var more = WantedAddresses.count("SecondaryPrivateIpAddressCount", request.secondaryPrivateIpAddressCount());
        checkOne(request.privateIpAddresses(), more, "PrivateIpAddresses", "SecondaryPrivateIpAddressCount");
        var assigned = addresses.assign(
                context, id, request.privateIpAddresses(), more, Boolean.TRUE.equals(request.allowReassignment()));
        return AssignPrivateIpAddressesResponse.builder()
                .networkInterfaceId(id)
                .assignedPrivateIpAddresses(assigned.stream()
                        .map(ip -> AssignedPrivateIpAddress.builder()
                                .privateIpAddress(ip)
                                .build())
                        .toList())
                .build();
    }

    UnassignPrivateIpAddressesResponse unassign(RequestContext context, UnassignPrivateIpAddressesRequest request) {
        var id = NetworkErrors.required(request.networkInterfaceId(), "NetworkInterfaceId");
        checkNoPrefixes(!request.ipv4Prefixes().isEmpty());
        if (request.privateIpAddresses().isEmpty()) {
            throw NetworkErrors.missing("PrivateIpAddresses");
        }
        addresses.unassign(context, id, request.privateIpAddresses());
        return UnassignPrivateIpAddressesResponse.builder().build();
    }

    AssignIpv6AddressesResponse assignIpv6(RequestContext context, AssignIpv6AddressesRequest request) {
        var id = NetworkErrors.required(request.networkInterfaceId(), "NetworkInterfaceId");
        checkNoPrefixes(!request.ipv6Prefixes().isEmpty() || request.ipv6PrefixCount() != null);
        var more = WantedAddresses.count("Ipv6AddressCount", request.ipv6AddressCount());
        checkOne(request.ipv6Addresses(), more, "Ipv6Addresses", "Ipv6AddressCount");
        return AssignIpv6AddressesResponse.builder()
                .networkInterfaceId(id)
                .assignedIpv6Addresses(addresses.assignIpv6(context, id, request.ipv6Addresses(), more))
                .build();
    }

    UnassignIpv6AddressesResponse unassignIpv6(RequestContext context, UnassignIpv6AddressesRequest request) {
        var id = NetworkErrors.required(request.networkInterfaceId(), "NetworkInterfaceId");
        checkNoPrefixes(!request.ipv6Prefixes().isEmpty());
        if (request.ipv6Addresses().isEmpty()) {
            throw NetworkErrors.missing("Ipv6Addresses");
        }
        return UnassignIpv6AddressesResponse.builder()
                .networkInterfaceId(id)
                .unassignedIpv6Addresses(addresses.unassignIpv6(context, id, request.ipv6Addresses()))
                .build();
    }

    private static void checkNoPrefixes(boolean given) {
        if (given) {
            throw NetworkErrors.unsupported("Prefixes cannot be delegated to network interfaces in this cloud.");
        }
    }

    private static void checkOne(List<String> ips, int count, String first, String second) {
        if (ips.isEmpty() == (count == 0)) {
            throw NetworkErrors.combination("Exactly one of " + first + " and " + second + " must be given");
        }
        SubnetAddresses.checkDistinct(ips);
    }
}
