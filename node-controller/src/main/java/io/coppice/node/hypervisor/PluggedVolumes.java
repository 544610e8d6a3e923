package io.coppice.node.hypervisor;

import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * The disks of a domain, read from the description that libvirt gives of it: which are volumes, and which names are taken.
 *
 * @param volumes by id, with the name that libvirt knows each by
 * @param targets all names that are taken
 */
record PluggedVolumes(Map<VolumeId, String> volumes, Set<String> targets) {
    private static final int LETTERS = 26;
    /** VIR_DOMAIN_AFFECT_LIVE. */
    private static final int AFFECT_LIVE = 1;

    /** The disks of a running domain. */
    static PluggedVolumes of(Domain running) throws LibvirtException {
        return of(running.getXMLDesc(0));
    }

    /** Gives the running domain a volume, unless it has it. */
    void plug(Domain running, VolumePlug volume, VolumeXml xml) throws LibvirtException {
        if (!volumes.containsKey(volume.volume())) {
            // Not in the definition: that is written anew with all volumes when the guest is next started.
            running.attachDeviceFlags(xml.render(volume, freeTarget()), AFFECT_LIVE);
        }
    }

    /** Asks the guest of the running domain to let go of a volume, if it has it. */
    void unplug(Domain running, VolumeId volume) throws LibvirtException {
        var target = volumes.get(volume);
        if (target != null) {
            running.detachDeviceFlags(VolumeXml.renderToBeFound(volume, target), AFFECT_LIVE);
        }
    }

    /** Reads what {@code virDomainGetXMLDesc} gave. */
    static PluggedVolumes of(String description) {
        try {
            var document = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(description)));
            var disks = document.getElementsByTagName("disk");
            var volumes = new LinkedHashMap<VolumeId, String>();
            var targets = new HashSet<String>();
            for (int i = 0; i < disks.getLength(); i++) {
                if (disks.item(i) instanceof Element disk) {
                    var target = attribute(disk, "target", "dev");
                    targets.add(target);
                    if (disk.getAttribute("type").equals("network")) {
                        volumeOf(child(disk, "serial")).ifPresent(id -> volumes.put(id, target));
                    }
                }
            }
            return new PluggedVolumes(volumes, targets);
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new HypervisorException("libvirt's description of a domain cannot be read", e);
        }
    }

    private static Optional<VolumeId> volumeOf(@Nullable Element serial) {
        var text = serial == null ? "" : serial.getTextContent().strip();
        try {
            return text.startsWith("vol") ? Optional.of(new VolumeId("vol-" + text.substring(3))) : Optional.empty();
        } catch (MalformedIdException e) {
            return Optional.empty();
        }
    }

    private static String attribute(Element disk, String child, String name) {
        var element = child(disk, child);
        return element == null ? "" : element.getAttribute(name);
    }

    private static @Nullable Element child(Element disk, String name) {
        return disk.getElementsByTagName(name).item(0) instanceof Element element ? element : null;
    }

    /** A name that is free. Guests do not see it: they find a volume by its serial number. */
    private String freeTarget() {
        return IntStream.range(0, LETTERS)
                .mapToObj(letter -> "vd" + (char) ('a' + letter))
                .filter(name -> !targets.contains(name))
                .findFirst()
                .orElseThrow(() -> new HypervisorException("a guest cannot have more than " + LETTERS + " disks"));
    }
}
