package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import java.util.Set;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** The volumes of guests of libvirt, which is asked for them each time. Thread-safe. */
final class LibvirtVolumes implements GuestVolumes {
    private final LibvirtConnection connection;
    private final RunningDomains running;
    private final VolumeXml xml;

    LibvirtVolumes(LibvirtConnection connection, RunningDomains running, VolumeXml xml) {
        this.connection = connection;
        this.running = running;
        this.xml = xml;
    }

    @Override
    public String cephCluster() {
        return xml.ceph().map(CephAccess::cluster).orElse("");
    }

    @Override
    public Set<VolumeId> of(InstanceId instance) {
        return connection.call("list the volumes of " + instance, session -> {
            var domain = running.find(session, instance);
            return domain.isEmpty()
                    ? Set.<VolumeId>of()
                    : Set.copyOf(PluggedVolumes.of(domain.get()).volumes().keySet());
        });
    }

    @Override
    public void plug(InstanceId instance, VolumePlug volume) {
        withRunning("give " + volume + " to ", instance, domain -> PluggedVolumes.of(domain)
                .plug(domain, volume, xml));
    }

    @Override
    public void grow(InstanceId instance, VolumePlug volume) {
        withRunning(
                "show how large " + volume + " is to ", instance, domain -> new VolumeGrowth(domain, volume).show());
    }

    @Override
    public void unplug(InstanceId instance, VolumeId volume) {
        withRunning("take " + volume + " from ", instance, domain -> PluggedVolumes.of(domain)
                .unplug(domain, volume));
    }

    private void withRunning(String what, InstanceId instance, Step step) {
        connection.call(what + instance, session -> {
            step.on(running.require(session, instance));
            return true;
        });
    }

    @FunctionalInterface
    private interface Step {
        void on(Domain domain) throws LibvirtException;
    }
}
