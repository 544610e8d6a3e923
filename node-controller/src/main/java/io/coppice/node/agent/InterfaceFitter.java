package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.GuestInterfaces;
import io.coppice.node.network.Endpoint;
import java.util.List;
import java.util.stream.Collectors;

/** Gives a running guest the network interfaces that it should have, and takes the others. Used by the actor's worker only. */
final class InterfaceFitter {
    private final GuestInterfaces interfaces;

    InterfaceFitter(GuestInterfaces interfaces) {
        this.interfaces = interfaces;
    }

    /**
     * Does what can be done now; whether the guest then has what it should have. One that lets go of an interface late has no
     * use of it meanwhile: the network has taken it out already.
     *
     * @param wanted none stands for a guest whose network is not looked after
     */
    boolean fit(InstanceId instance, List<Endpoint> wanted) {
        if (wanted.isEmpty()) {
            return true;
        }
        var present = interfaces.of(instance);
        var addresses = wanted.stream().map(Endpoint::mac).collect(Collectors.toSet());
        wanted.stream()
                .filter(endpoint -> !present.contains(endpoint.mac()))
                .forEach(endpoint -> interfaces.plug(instance, endpoint));
        present.stream().filter(mac -> !addresses.contains(mac)).forEach(mac -> interfaces.unplug(instance, mac));
        return interfaces.of(instance).equals(addresses);
    }
}
