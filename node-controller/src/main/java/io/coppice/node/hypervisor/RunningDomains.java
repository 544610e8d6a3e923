package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** Finds the guests of this host that run. */
@FunctionalInterface
interface RunningDomains {
    /** An instance's domain; empty when it does not run or is not ours. */
    Optional<Domain> find(LibvirtSession session, InstanceId instance) throws LibvirtException;

    /** An instance's domain; throws {@link HypervisorException} when it does not run or is not ours. */
    default Domain require(LibvirtSession session, InstanceId instance) throws LibvirtException {
        return find(session, instance).orElseThrow(() -> new HypervisorException(instance + " does not run"));
    }
}
