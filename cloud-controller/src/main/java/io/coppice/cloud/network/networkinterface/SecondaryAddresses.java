package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.address.PublicAddresses;
import io.coppice.cloud.network.networkinterface.SubnetAddresses.Slot;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.network.subnet.Subnets;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gives interfaces further addresses and takes them back, and has their instances' hosts told. Thread-safe. */
@ApplicationScoped
class SecondaryAddresses {
    private final NetworkLedger ledger;
    private final NetworkInterfaces interfaces;
    private final SubnetAddresses addresses;
    private final Ipv6Addresses ipv6;
    private final PublicAddresses publicAddresses;
    private final Subnets subnets;
    private final Limits limits;

    SecondaryAddresses(
            NetworkLedger ledger,
            NetworkInterfaces interfaces,
            SubnetAddresses addresses,
            Ipv6Addresses ipv6,
            PublicAddresses publicAddresses,
            Subnets subnets,
            Limits limits) {
        this.ledger = ledger;
        this.interfaces = interfaces;
        this.addresses = addresses;
        this.ipv6 = ipv6;
        this.publicAddresses = publicAddresses;
        this.subnets = subnets;
        this.limits = limits;
    }

    /** How many addresses an interface may have, and who must hear of them. */
    @ApplicationScoped
    static class Limits {
        private final AttachedInstances instances;
        private final InterfaceConfig config;

        Limits(AttachedInstances instances, InterfaceConfig config) {
            this.instances = instances;
            this.config = config;
        }

        /** By the type of its instance, which is locked; by the configuration when no instance has it. */
        int of(EntityManager entities, RequestContext context, InterfaceFacts facts) {
            var attachment = facts.attachment();
            return attachment == null || attachment.instanceId() == null
                    ? config.maxAddresses()
                    : instances
                            .require(entities, context.account(), attachment.instanceId())
                            .maxAddresses();
        }

        void tell(EntityManager entities, InterfaceFacts facts) {
            var attachment = facts.attachment();
            if (attachment != null && attachment.instanceId() != null) {
                instances.changed(entities, attachment.instanceId());
            }
        }
    }

    /** Gives an interface these private addresses, or so many; gives those that it had not. */
    List<String> assign(RequestContext context, String id, List<String> ips, int more, boolean reassign) {
        return ledger.call(context, entities -> {
            var facts = change(entities, context, id);
            var subnet = subnets.require(entities, context.account(), facts.subnetId());
            var fresh =
                    ips.stream().filter(ip -> !facts.privateIps().contains(ip)).toList();
            check(limits.of(entities, context, facts), facts.privateIps().size() + fresh.size() + more);
            var place = addresses.nextPlace(entities, id);
            for (var ip : fresh) {
                if (reassign) {
                    takeAway(entities, context, subnet, ip);
                }
                addresses.claim(entities, subnet, new Slot(id, place++), ip);
            }
            var slots = new ArrayList<Slot>();
            for (var i = 0; i < more; i++) {
                slots.add(new Slot(id, place++));
            }
            var assigned = new ArrayList<>(fresh);
            assigned.addAll(new TreeMap<>(byPlace(addresses.take(entities, subnet, slots))).values());
            done(entities, context, facts, "addresses-assigned", assigned);
            return assigned;
        });
    }

    private static Map<Long, String> byPlace(Map<Slot, String> taken) {
        var byPlace = new TreeMap<Long, String>();
        taken.forEach((slot, ip) -> byPlace.put(slot.place(), ip));
        return byPlace;
    }

    /** Another interface's secondary address is taken from it. */
    private void takeAway(EntityManager entities, RequestContext context, SubnetRow subnet, String ip) {
        for (var holder : addresses.holder(entities, subnet, ip)) {
            var other = change(entities, context, holder);
            removePrivate(entities, other, ip);
            done(entities, context, other, "addresses-unassigned", List.of(ip));
        }
    }

    void unassign(RequestContext context, String id, List<String> ips) {
        ledger.run(context, entities -> {
            var facts = change(entities, context, id);
            ips.forEach(ip -> removePrivate(entities, facts, ip));
            done(entities, context, facts, "addresses-unassigned", ips);
        });
    }

    private void removePrivate(EntityManager entities, InterfaceFacts facts, String ip) {
        if (!facts.privateIps().contains(ip)) {
            throw InterfaceErrors.notAssigned(ip, facts.id());
        }
        if (ip.equals(facts.primaryIp())) {
            throw InterfaceErrors.primary(ip, facts.id());
        }
        facts.publicFor(ip).ifPresent(each -> publicAddresses.disassociate(entities, each));
        addresses.release(entities, facts.id(), ip);
    }

    List<String> assignIpv6(RequestContext context, String id, List<String> ips, int more) {
        return ledger.call(context, entities -> {
            var facts = change(entities, context, id);
            var subnet = subnets.require(entities, context.account(), facts.subnetId());
            check(limits.of(entities, context, facts), facts.ipv6().size() + ips.size() + more);
            var assigned = ipv6.assign(entities, subnet, id, ips, more);
            done(entities, context, facts, "addresses-assigned", assigned);
            return assigned;
        });
    }

    List<String> unassignIpv6(RequestContext context, String id, List<String> ips) {
        return ledger.call(context, entities -> {
            var facts = change(entities, context, id);
            var gone = ips.stream().map(ip -> ipv6.unassign(entities, id, ip)).toList();
            done(entities, context, facts, "addresses-unassigned", gone);
            return gone;
        });
    }

    private InterfaceFacts change(EntityManager entities, RequestContext context, String id) {
        var facts = interfaces.change(entities, context.account(), id);
        if (facts.requesterId() != null) {
            throw InterfaceErrors.managed(id);
        }
        return facts;
    }

    private static void check(int limit, int wanted) {
        if (wanted > limit) {
            throw InterfaceErrors.tooManyAddresses(limit);
        }
    }

    private void done(
            EntityManager entities, RequestContext context, InterfaceFacts facts, String what, List<String> ips) {
        limits.tell(entities, facts);
        ledger.record(context, NetworkKind.NETWORK_INTERFACE, facts.id(), what, Map.of("addresses", ips));
    }
}
