package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.disk.Disk;
import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.network.Endpoint;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Renders a domain for libvirt. Source: https://libvirt.org/formatdomain.html. Virtio everywhere, no USB; a screen that
 * nobody can dial into, for pictures of it; the first serial port is the console.
 */
final class DomainXml {
    /** Empty PCIe ports for volumes and interfaces that are plugged in while the guest runs. */
    private static final int HOT_PLUG_PORTS = 12;
    /** The balloon, the random number generator, and what the agent's channel hangs on. */
    private static final int BUILT_IN_DEVICES = 3;
    /** By which agents find their channel: qemu-ga(8). */
    static final String AGENT_CHANNEL = "org.qemu.guest_agent.0";

    private static final long SMALL_GUEST_MIB = 512;
    private static final long SMALL_CACHE_MIB = 32;
    private static final long MAXIMUM_CACHE_MIB = 1024;

    private static final XMLOutputFactory WRITERS = XMLOutputFactory.newDefaultFactory();

    private final Acceleration acceleration;
    private final String architecture;
    private final Supplier<Optional<UefiFirmware>> uefi;
    private final VolumeXml volumeXml;

    /**
     * A renderer for one kind of host.
     *
     * @param architecture libvirt's name, {@code x86_64} or {@code aarch64}
     * @param uefi the host's UEFI firmware, asked for with each guest that wants one
     * @param volumeXml writes volumes
     */
    DomainXml(
            Acceleration acceleration,
            String architecture,
            Supplier<Optional<UefiFirmware>> uefi,
            VolumeXml volumeXml) {
        this.volumeXml = volumeXml;
        this.uefi = uefi;
        this.acceleration = acceleration;
        this.architecture = architecture;
    }

    Acceleration acceleration() {
        return acceleration;
    }

    /**
     * The instance's UUID: always the same, and beginning with "ec2", by which guests' cloud-init recognizes EC2 (AWS EC2
     * user guide, "Identify EC2 instances").
     */
    static UUID uuid(InstanceId instance) {
        var hash = UUID.nameUUIDFromBytes(instance.value().getBytes(StandardCharsets.US_ASCII));
        return UUID.fromString("ec2" + hash.toString().substring(3));
    }

    String render(DomainSpec spec, DomainMark mark) {
        var text = new StringWriter(4096);
        try {
            var xml = WRITERS.createXMLStreamWriter(text);
            domain(xml, spec, mark);
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new HypervisorException("the domain of " + spec.instance() + " cannot be rendered", e);
        }
        return text.toString();
    }

    private void domain(XMLStreamWriter xml, DomainSpec spec, DomainMark mark) throws XMLStreamException {
        open(xml, "domain", "type", acceleration.domainType());
        text(xml, "name", spec.instance().value());
        text(xml, "uuid", uuid(spec.instance()).toString());
        open(xml, "metadata");
        mark.write(xml);
        xml.writeEndElement();
        text(xml, "memory", Long.toString(spec.memoryMib()), "unit", "MiB");
        text(xml, "vcpu", Integer.toString(spec.vcpus()));
        firmware(xml, spec);
        processor(xml, spec);
        open(xml, "clock", "offset", "utc");
        if (architecture.equals("x86_64")) {
            empty(xml, "timer", "name", "rtc", "tickpolicy", "catchup");
            empty(xml, "timer", "name", "pit", "tickpolicy", "delay");
            empty(xml, "timer", "name", "hpet", "present", "no");
        }
        xml.writeEndElement();
        text(xml, "on_poweroff", "destroy");
        text(xml, "on_reboot", "restart");
        text(xml, "on_crash", "destroy");
        devices(xml, spec);
        xml.writeEndElement();
    }

    private void firmware(XMLStreamWriter xml, DomainSpec spec) throws XMLStreamException {
        open(xml, "sysinfo", "type", "smbios");
        open(xml, "system");
        text(xml, "entry", "Coppice", "name", "manufacturer");
        text(xml, "entry", uuid(spec.instance()).toString(), "name", "serial");
        text(xml, "entry", uuid(spec.instance()).toString(), "name", "uuid");
        xml.writeEndElement();
        xml.writeEndElement();
        if (architecture.equals("aarch64")) {
            open(xml, "os", "firmware", "efi");
            text(xml, "type", "hvm", "arch", architecture, "machine", "virt");
        } else {
            open(xml, "os");
            text(xml, "type", "hvm", "arch", architecture, "machine", "q35");
            if (spec.firmware() == Firmware.UEFI) {
                uefi(xml, spec);
            }
        }
        empty(xml, "bootmenu", "enable", "no");
        empty(xml, "smbios", "mode", "sysinfo");
        xml.writeEndElement();
    }

    private void uefi(XMLStreamWriter xml, DomainSpec spec) throws XMLStreamException {
        var firmware = uefi.get()
                .orElseThrow(() -> new FirmwareMissingException(
                        "this host has no UEFI firmware for guests: install the package ovmf"));
        text(xml, "loader", firmware.code().toString(), "readonly", "yes", "type", "pflash");
        text(
                xml,
                "nvram",
                spec.firmwareVariables().toString(),
                "template",
                firmware.variables().toString());
    }

    private void processor(XMLStreamWriter xml, DomainSpec spec) throws XMLStreamException {
        open(xml, "features");
        empty(xml, "acpi");
        if (architecture.equals("x86_64")) {
            empty(xml, "apic");
        }
        if (acceleration == Acceleration.TRANSLATED) {
            open(xml, "tcg");
            text(xml, "tb-cache", Long.toString(translationCacheMib(spec.memoryMib())), "unit", "MiB");
            xml.writeEndElement();
        }
        xml.writeEndElement();
        switch (acceleration) {
            case KVM -> empty(xml, "cpu", "mode", "host-model");
            case TRANSLATED -> empty(xml, "cpu", "mode", "maximum");
        }
    }

    /** QEMU's own default is a gigabyte whatever the guest's size: small guests must not cost that. */
    static long translationCacheMib(long memoryMib) {
        return Math.clamp(memoryMib * SMALL_CACHE_MIB / SMALL_GUEST_MIB, SMALL_CACHE_MIB, MAXIMUM_CACHE_MIB);
    }

    private void devices(XMLStreamWriter xml, DomainSpec spec) throws XMLStreamException {
        open(xml, "devices");
        empty(xml, "controller", "type", "pci", "model", "pcie-root");
        var ports = spec.disks().size()
                + spec.localDisks().size()
                + spec.volumes().size()
                + spec.endpoints().size()
                + BUILT_IN_DEVICES
                + HOT_PLUG_PORTS;
        for (int port = 0; port < ports; port++) {
            empty(xml, "controller", "type", "pci", "model", "pcie-root-port");
        }
        empty(xml, "controller", "type", "usb", "model", "none");
        drives(xml, spec);
        for (var endpoint : spec.endpoints()) {
            networkInterface(xml, endpoint);
        }
        console(xml, spec);
        open(xml, "channel", "type", "unix");
        empty(xml, "target", "type", "virtio", "name", AGENT_CHANNEL);
        xml.writeEndElement();
        open(xml, "video");
        empty(xml, "model", "type", architecture.equals("x86_64") ? "vga" : "virtio", "heads", "1", "primary", "yes");
        xml.writeEndElement();
        empty(xml, "memballoon", "model", "virtio");
        open(xml, "rng", "model", "virtio");
        text(xml, "backend", "/dev/urandom", "model", "random");
        xml.writeEndElement();
        xml.writeEndElement();
    }

    /** The one that boots, local disks, then volumes: guests that name disks by their order find the first three as on AWS. */
    private void drives(XMLStreamWriter xml, DomainSpec spec) throws XMLStreamException {
        int position = 0;
        for (var disk : spec.disks()) {
            disk(xml, disk, position++);
        }
        var volumes = spec.volumes();
        if (position == 0 && !volumes.isEmpty()) {
            volumeXml.write(xml, volumes.getFirst(), target(position++), true);
            volumes = volumes.subList(1, volumes.size());
        }
        for (var disk : spec.localDisks()) {
            disk(xml, disk, position++);
        }
        for (var volume : volumes) {
            volumeXml.write(xml, volume, target(position++), false);
        }
    }

    private static void disk(XMLStreamWriter xml, Disk disk, int index) throws XMLStreamException {
        open(xml, "disk", "type", "file", "device", "disk");
        xml.writeEmptyElement("driver");
        attributes(xml, "name", "qemu", "type", disk.format(), "cache", "writeback", "discard", "unmap");
        if (disk.arriving().isPresent()) {
            // As for volumes: what does not come yet stops the guest until it does.
            attributes(xml, "error_policy", "stop", "rerror_policy", "stop");
        }
        empty(xml, "source", "file", disk.file().toString());
        if (disk.arriving().isPresent()) {
            backing(xml, disk.arriving().get());
        }
        empty(xml, "target", "dev", target(index), "bus", "virtio");
        text(xml, "serial", disk.serial());
        if (index == 0) {
            empty(xml, "boot", "order", "1");
        }
        xml.writeEndElement();
    }

    /** The image below a disk, from where it is served; the disk's own header names the file that it will be. */
    private static void backing(XMLStreamWriter xml, CachedBase base) throws XMLStreamException {
        var served = base.served().orElseThrow();
        open(xml, "backingStore", "type", "network");
        empty(xml, "format", "type", base.format());
        open(xml, "source", "protocol", "nbd", "name", served.exportName());
        empty(xml, "host", "transport", "unix", "socket", served.socket());
        xml.writeEndElement();
        empty(xml, "backingStore");
        xml.writeEndElement();
    }

    private static String target(int index) {
        return "vd" + (char) ('a' + index);
    }

    /** One interface alone, to be plugged in while the guest runs. */
    static String networkInterface(Endpoint endpoint) {
        return fragment("interface " + endpoint.mac(), xml -> networkInterface(xml, endpoint));
    }

    /** An interface as far as libvirt needs it to find the one that is meant. */
    static String networkInterfaceOf(String mac) {
        return fragment("interface " + mac, xml -> {
            open(xml, "interface", "type", "ethernet");
            empty(xml, "mac", "address", mac);
            empty(xml, "model", "type", "virtio");
            xml.writeEndElement();
        });
    }

    static String fragment(String what, Part part) {
        var text = new StringWriter(512);
        try {
            var xml = WRITERS.createXMLStreamWriter(text);
            part.write(xml);
            xml.close();
        } catch (XMLStreamException e) {
            throw new HypervisorException("the " + what + " cannot be rendered", e);
        }
        return text.toString();
    }

    /** Writes a part of a description. */
    @FunctionalInterface
    interface Part {
        void write(XMLStreamWriter xml) throws XMLStreamException;
    }

    private static void networkInterface(XMLStreamWriter xml, Endpoint endpoint) throws XMLStreamException {
        open(xml, "interface", "type", endpoint.bridge().isEmpty() ? "ethernet" : "bridge");
        empty(xml, "mac", "address", endpoint.mac());
        if (!endpoint.bridge().isEmpty()) {
            empty(xml, "source", "bridge", endpoint.bridge());
        }
        empty(xml, "target", "dev", endpoint.tap());
        empty(xml, "model", "type", "virtio");
        empty(xml, "mtu", "size", Integer.toString(endpoint.mtu()));
        // No network boot: it would cost a second of every start.
        empty(xml, "rom", "enabled", "no");
        xml.writeEndElement();
    }

    private static void console(XMLStreamWriter xml, DomainSpec spec) throws XMLStreamException {
        open(xml, "serial", "type", "pty");
        empty(xml, "log", "file", spec.consoleLog().toString(), "append", "on");
        empty(xml, "target", "port", "0");
        xml.writeEndElement();
        open(xml, "console", "type", "pty");
        empty(xml, "target", "type", "serial", "port", "0");
        xml.writeEndElement();
    }

    static void open(XMLStreamWriter xml, String element, String... attributes) throws XMLStreamException {
        xml.writeStartElement(element);
        attributes(xml, attributes);
    }

    static void empty(XMLStreamWriter xml, String element, String... attributes) throws XMLStreamException {
        xml.writeEmptyElement(element);
        attributes(xml, attributes);
    }

    static void text(XMLStreamWriter xml, String element, String text, String... attributes) throws XMLStreamException {
        open(xml, element, attributes);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    static void attributes(XMLStreamWriter xml, String... attributes) throws XMLStreamException {
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], attributes[i + 1]);
        }
    }
}
