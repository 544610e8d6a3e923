package io.coppice.node.hypervisor;

import static io.coppice.node.hypervisor.DomainXml.attributes;
import static io.coppice.node.hypervisor.DomainXml.empty;
import static io.coppice.node.hypervisor.DomainXml.open;
import static io.coppice.node.hypervisor.DomainXml.text;

import io.coppice.foundation.id.VolumeId;
import io.coppice.node.disk.CephAddress;
import io.coppice.node.disk.NbdAddress;
import io.coppice.node.disk.VolumeAddress;
import java.util.Optional;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Renders volumes for libvirt. Source: https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms.
 *
 * @param ceph what this host opens images of a Ceph cluster with; empty when it does not
 */
record VolumeXml(Optional<CephAccess> ceph) {
    /** Nobody serves it: libvirt finds a disk by its target; where the bytes are need not be true. */
    private static final VolumeAddress ANYWHERE = new NbdAddress.Socket("/");

    /** One volume alone, to be plugged in while the guest runs. */
    String render(VolumePlug plug, String target) {
        return DomainXml.fragment("disk of " + plug.volume(), xml -> write(xml, plug, target, false));
    }

    /** A volume as far as libvirt needs it to find the one that is meant. */
    static String renderToBeFound(VolumeId volume, String target) {
        return new VolumeXml(Optional.empty()).render(new VolumePlug(volume, ANYWHERE, "none", 0), target);
    }

    /** Writes one disk of a domain. */
    void write(XMLStreamWriter xml, VolumePlug plug, String target, boolean boots) throws XMLStreamException {
        open(xml, "disk", "type", "network", "device", "disk");
        // Stopped, not told of an error, when the volume does not answer: StalledGuests lets it try again.
        xml.writeEmptyElement("driver");
        attributes(xml, "name", "qemu", "type", "raw", "cache", "none", "discard", "unmap");
        attributes(xml, "error_policy", "stop", "rerror_policy", "stop");
        switch (plug.address()) {
            case NbdAddress.Socket(var path) -> {
                open(xml, "source", "protocol", "nbd", "name", plug.exportName());
                empty(xml, "host", "transport", "unix", "socket", path);
            }
            case NbdAddress.Tls(var serverName, var host, var port) -> {
                open(
                        xml,
                        "source",
                        "protocol",
                        "nbd",
                        "name",
                        plug.exportName(),
                        "tls",
                        "yes",
                        "tlsHostname",
                        serverName);
                empty(xml, "host", "name", host, "port", String.valueOf(port));
            }
            case CephAddress image -> image(xml, image);
        }
        xml.writeEndElement();
        empty(xml, "target", "dev", target, "bus", "virtio");
        text(xml, "serial", plug.serial());
        if (boots) {
            empty(xml, "boot", "order", "1");
        }
        xml.writeEndElement();
    }

    /** Leaves its source open. The key is not in it: libvirt knows it by the secret's UUID. */
    private void image(XMLStreamWriter xml, CephAddress image) throws XMLStreamException {
        var access = ceph.filter(each -> each.cluster().equals(image.cluster()))
                .orElseThrow(() -> new HypervisorException("this host has no access to the Ceph cluster "
                        + image.cluster() + " of a volume: see coppice.node.ceph.keyring"));
        open(xml, "source", "protocol", "rbd", "name", image.pool() + "/" + image.image());
        empty(xml, "config", "file", access.conf().toString());
        open(xml, "auth", "username", access.user());
        empty(xml, "secret", "type", "ceph", "uuid", access.secret().toString());
        xml.writeEndElement();
    }
}
