package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.SecurityGroupRule;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says of a flow that was allowed once whether it still is. The packet rules ask for new flows only; whatever they would refuse
 * today must be cut when they change. Not thread-safe.
 */
final class FlowPolicy {
    private final VpcView view;
    private final Map<String, LocalInterface> byAddress = new HashMap<>();
    private final Map<String, Set<String>> members = new HashMap<>();
    private final Map<String, String> publicByPrivate;
    private final Set<String> services;

    FlowPolicy(VpcView view) {
        this.view = view;
        this.publicByPrivate = view.publicByPrivate();
        this.services = services(view);
        Family.of(view).forEach(family -> view.locals()
                .forEach(local -> view.addresses(local, family).forEach(address -> byAddress.put(address, local))));
    }

    /** What answers without being asked for by rules: the resolver, the routers, the metadata service. */
    static Set<String> services(VpcView view) {
        var all = new HashSet<>(List.of(
                view.resolver(),
                VpcView.LINK_RESOLVER,
                VpcView.RESOLVER_IPV6,
                view.settings().metadataAddress(),
                view.settings().metadataAddressIpv6()));
        view.subnets().forEach(subnet -> all.add(VpcView.router(subnet)));
        return Set.copyOf(all);
    }

    boolean allows(Flow flow) {
        if (services.contains(flow.answerSource()) || flow.source().equals(view.routerNumber())) {
            return true;
        }
        return isTranslatedAsNow(flow) && senderMay(flow) && receiverMay(flow);
    }

    private boolean isTranslatedAsNow(Flow flow) {
        var translatedIn = !flow.destination().equals(flow.answerSource());
        var translatedOut = !flow.source().equals(flow.answerDestination());
        return (!translatedIn || flow.destination().equals(publicByPrivate.get(flow.answerSource())))
                && (!translatedOut || flow.answerDestination().equals(publicByPrivate.get(flow.source())));
    }

    private boolean senderMay(Flow flow) {
        var sender = byAddress.get(flow.source());
        return sender == null || isAllowed(sender, flow, flow.answerSource(), false);
    }

    private boolean receiverMay(Flow flow) {
        var receiver = byAddress.get(flow.answerSource());
        return receiver == null || isAllowed(receiver, flow, flow.source(), true);
    }

    private boolean isAllowed(LocalInterface local, Flow flow, String peer, boolean receives) {
        var groups = new HashSet<>(local.endpoint().getSecurityGroupIdsList());
        return view.vpc().getSecurityGroupsList().stream()
                .filter(group -> groups.contains(group.getSecurityGroupId()))
                .flatMap(group -> rules(group.getIngressList(), group.getEgressList(), receives).stream())
                .anyMatch(rule -> fits(rule, flow) && isPeer(rule, peer));
    }

    private static List<SecurityGroupRule> rules(
            List<SecurityGroupRule> ingress, List<SecurityGroupRule> egress, boolean receives) {
        return receives ? ingress : egress;
    }

    private static boolean fits(SecurityGroupRule rule, Flow flow) {
        if (rule.getProtocol() == SecurityRules.ANY) {
            return true;
        }
        if (rule.getProtocol() != flow.protocol()) {
            return false;
        }
        var from = rule.getFromPort();
        var to = rule.getToPort();
        return switch (flow.protocol()) {
            case SecurityRules.TCP, SecurityRules.UDP -> from <= flow.port() && (to < 0 || flow.port() <= to);
            case SecurityRules.ICMP, SecurityRules.ICMPV6 ->
                from == SecurityRules.ANY || (from == flow.port() && (to == SecurityRules.ANY || to == flow.code()));
            default -> true;
        };
    }

    private boolean isPeer(SecurityGroupRule rule, String peer) {
        return switch (rule.getPeerCase()) {
            case CIDR ->
                Family.of(view).stream()
                        .filter(family -> family.has(rule.getCidr()))
                        .anyMatch(family -> family.contains(rule.getCidr(), peer));
            case SECURITY_GROUP_ID ->
                members.computeIfAbsent(rule.getSecurityGroupId(), view::members)
                        .contains(peer);
            case PEER_NOT_SET -> false;
        };
    }
}
