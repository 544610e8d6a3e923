package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Interfaces of guests by libvirt's description of each running domain. Thread-safe. */
final class LibvirtInterfaces implements GuestInterfaces {
    /** VIR_DOMAIN_AFFECT_LIVE: the definition is written anew with all interfaces when the guest is next started. */
    private static final int AFFECT_LIVE = 1;

    private final LibvirtConnection connection;
    private final RunningDomains running;

    LibvirtInterfaces(LibvirtConnection connection, RunningDomains running) {
        this.connection = connection;
        this.running = running;
    }

    @Override
    public Set<String> of(InstanceId instance) {
        return connection.call("list the interfaces of " + instance, session -> {
            var domain = running.find(session, instance);
            return domain.isEmpty() ? Set.<String>of() : addresses(domain.get().getXMLDesc(0));
        });
    }

    @Override
    public void plug(InstanceId instance, Endpoint endpoint) {
        connection.call("give the interface " + endpoint.mac() + " to " + instance, session -> {
            var domain = running.require(session, instance);
            if (!addresses(domain.getXMLDesc(0)).contains(endpoint.mac())) {
                domain.attachDeviceFlags(DomainXml.networkInterface(endpoint), AFFECT_LIVE);
            }
            return true;
        });
    }

    @Override
    public void unplug(InstanceId instance, String mac) {
        connection.call("take the interface " + mac + " from " + instance, session -> {
            var domain = running.require(session, instance);
            if (addresses(domain.getXMLDesc(0)).contains(mac)) {
                domain.detachDeviceFlags(DomainXml.networkInterfaceOf(mac), AFFECT_LIVE);
            }
            return true;
        });
    }

    /** Reads what {@code virDomainGetXMLDesc} gave. */
    static Set<String> addresses(String description) {
        try {
            var interfaces = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(description)))
                    .getElementsByTagName("interface");
            var found = new HashSet<String>();
            for (int i = 0; i < interfaces.getLength(); i++) {
                if (interfaces.item(i) instanceof Element each
                        && each.getElementsByTagName("mac").item(0) instanceof Element mac) {
                    found.add(mac.getAttribute("address").toLowerCase(Locale.ROOT));
                }
            }
            return Set.copyOf(found);
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new HypervisorException("libvirt's description of a domain cannot be read", e);
        }
    }
}
