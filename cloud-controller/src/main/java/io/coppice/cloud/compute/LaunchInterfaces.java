package io.coppice.cloud.compute;

import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.network.FirstNetwork;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.group.SecurityGroups;
import io.coppice.cloud.network.networkinterface.InterfaceFacts;
import io.coppice.cloud.network.networkinterface.NetworkInterfaces;
import io.coppice.cloud.network.networkinterface.NewInterface;
import io.coppice.cloud.network.networkinterface.WantedAddresses;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceSpecification;

/** Finds out which interfaces the instances of a launch are to have. Works in the launch's transaction. Thread-safe. */
@ApplicationScoped
class LaunchInterfaces {
    private final FirstNetwork firstNetwork;
    private final Vpcs vpcs;
    private final Subnets subnets;
    private final SecurityGroups groups;
    private final NetworkInterfaces interfaces;

    LaunchInterfaces(
            FirstNetwork firstNetwork,
            Vpcs vpcs,
            Subnets subnets,
            SecurityGroups groups,
            NetworkInterfaces interfaces) {
        this.firstNetwork = firstNetwork;
        this.vpcs = vpcs;
        this.subnets = subnets;
        this.groups = groups;
        this.interfaces = interfaces;
    }

    /** An interface that an instance is to have. */
    sealed interface Planned {
        /** Where it is to be attached; 0 is the primary one. */
        int deviceIndex();

        /** The VPC it is in. */
        String vpcId();
    }

    /** An interface that was made before; for one instance only. */
    record Existing(int deviceIndex, InterfaceFacts facts) implements Planned {
        @Override
        public String vpcId() {
            return facts.vpcId();
        }
    }

    /** An interface that comes with the instance. */
    record Fresh(
            int deviceIndex,
            SubnetRow subnet,
            List<SecurityGroups.Group> groups,
            NewInterface.Addresses addresses,
            String description,
            boolean publicAddress,
            boolean deleteOnTermination)
            implements Planned {
        Fresh {
            groups = List.copyOf(groups);
        }

        @Override
        public String vpcId() {
            return subnet.vpcId();
        }

        /** For this instance. */
        NewInterface of(String instanceId) {
            return NewInterface.of(
                    groups,
                    addresses,
                    description,
                    new NewInterface.Attachment(instanceId, deviceIndex, deleteOnTermination));
        }
    }

    /** The interfaces of each instance, the primary one first; throws as AWS does for what cannot be. */
    List<Planned> plan(EntityManager entities, AccountId account, LaunchCommand command, InstanceTypes.Type type) {
        firstNetwork.ensure(entities, account);
        var specified = command.interfaces();
        if (specified.size() > type.networkInterfaces()) {
            throw InstanceErrors.tooManyInterfaces(type.name(), type.networkInterfaces());
        }
        var planned = new ArrayList<Planned>();
        var indexes = new HashSet<Integer>();
        for (var each : specified) {
            var one = each.networkInterfaceId() == null
                    ? fresh(entities, account, command, each)
                    : existing(entities, account, command, each);
            if (!indexes.add(one.deviceIndex())) {
                throw InstanceErrors.invalid(
                        "deviceIndex", one.deviceIndex(), "Each network interface requires a unique device index.");
            }
            checkAddresses(one, type);
            planned.add(one);
        }
        check(planned, indexes);
        planned.sort(java.util.Comparator.comparingInt(Planned::deviceIndex));
        return planned;
    }

    private static void check(List<Planned> planned, HashSet<Integer> indexes) {
        if (!indexes.contains(0)) {
            throw InstanceErrors.combination("One of the network interfaces must have the device index 0");
        }
        if (planned.stream().map(Planned::vpcId).distinct().count() > 1) {
            throw InstanceErrors.combination("The network interfaces of an instance must be in one VPC");
        }
    }

    private static void checkAddresses(Planned one, InstanceTypes.Type type) {
        var counts =
                switch (one) {
                    case Fresh fresh ->
                        new int[] {
                            fresh.addresses().privateCount(), fresh.addresses().ipv6Count()
                        };
                    case Existing existing ->
                        new int[] {
                            existing.facts().privateIps().size(),
                            existing.facts().ipv6().size()
                        };
                };
        if (Math.max(counts[0], counts[1]) > type.addressesPerInterface()) {
            throw InstanceErrors.tooManyAddresses(type.name(), type.addressesPerInterface());
        }
    }

    private static int index(LaunchCommand command, InstanceNetworkInterfaceSpecification specified) {
        var index = specified.deviceIndex();
        if (index == null) {
            if (command.interfaces().size() > 1) {
                throw InstanceErrors.invalid("deviceIndex", "null", "Each network interface requires a device index.");
            }
            return 0;
        }
        if (index < 0) {
            throw InstanceErrors.invalid("deviceIndex", index, "Expecting 0 or more.");
        }
        return index;
    }

    private Existing existing(
            EntityManager entities,
            AccountId account,
            LaunchCommand command,
            InstanceNetworkInterfaceSpecification specified) {
        if (specified.subnetId() != null
                || !specified.groups().isEmpty()
                || specified.privateIpAddress() != null
                || Boolean.TRUE.equals(specified.deleteOnTermination())
                || Boolean.TRUE.equals(specified.associatePublicIpAddress())) {
            throw InstanceErrors.combination("A network interface ID may not be given together with a subnet, groups,"
                    + " addresses or deletion on termination");
        }
        if (command.maxCount() > 1) {
            throw InstanceErrors.combination("A network interface ID may be given for one instance only");
        }
        var facts = interfaces.change(entities, account, String.valueOf(specified.networkInterfaceId()));
        if (facts.attachment() != null) {
            throw InstanceErrors.interfaceInUse(facts.id());
        }
        checkZone(command, facts.zone());
        return new Existing(index(command, specified), facts);
    }

    private static void checkZone(LaunchCommand command, String zone) {
        if (!zone.equals(command.zone())) {
            throw InstanceErrors.invalid(
                    "availabilityZone", command.zone(), "The subnet is in the availability zone " + zone + ".");
        }
    }

    private Fresh fresh(
            EntityManager entities,
            AccountId account,
            LaunchCommand command,
            InstanceNetworkInterfaceSpecification specified) {
        var type = specified.interfaceType();
        if (type != null && !type.equals(NewInterface.USUAL_KIND)) {
            throw NetworkErrors.unsupported("Network interfaces of type " + type + " cannot be had in this cloud.");
        }
        var subnet = subnet(entities, account, command, specified.subnetId());
        checkZone(command, subnet.zone());
        var index = index(command, specified);
        var addresses = WantedAddresses.of(
                specified.privateIpAddress(),
                specified.privateIpAddresses(),
                specified.secondaryPrivateIpAddressCount(),
                specified.ipv6Addresses(),
                specified.ipv6AddressCount());
        var named = addresses.primary() != null
                || !addresses.secondary().isEmpty()
                || !addresses.ipv6().isEmpty();
        if (named && command.maxCount() > 1) {
            throw InstanceErrors.combination("A private address may be given for one instance only");
        }
        return new Fresh(
                index,
                subnet,
                groups.forInterface(entities, account, subnet.vpcId(), specified.groups()),
                addresses,
                specified.description() == null ? "" : specified.description(),
                isPublic(command, specified, subnet, index),
                specified.deleteOnTermination() == null || specified.deleteOnTermination());
    }

    private static boolean isPublic(
            LaunchCommand command, InstanceNetworkInterfaceSpecification specified, SubnetRow subnet, int index) {
        var asked = specified.associatePublicIpAddress();
        if (Boolean.TRUE.equals(asked) && command.interfaces().size() > 1) {
            throw InstanceErrors.combination("The associatePublicIPAddress parameter cannot be specified when launching"
                    + " with multiple network interfaces.");
        }
        return asked == null
                ? index == 0 && subnet.mapPublicIp() && command.interfaces().size() == 1
                : asked;
    }

    private SubnetRow subnet(EntityManager entities, AccountId account, LaunchCommand command, @Nullable String given) {
        if (given != null && !given.isEmpty()) {
            return subnets.require(entities, account, given);
        }
        if (vpcs.standard(entities, account).isEmpty()) {
            throw InstanceErrors.noDefaultVpc();
        }
        return subnets.standard(entities, account, command.zone())
                .orElseThrow(() -> InstanceErrors.noDefaultSubnet(command.zone()));
    }
}
