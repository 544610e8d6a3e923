package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.Hypervisor.Subscription;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Which guests have an agent that listens, as libvirt told last. Thread-safe. */
final class ConnectedAgents {
    private final Set<InstanceId> connected = ConcurrentHashMap.newKeySet();
    private final List<Consumer<InstanceId>> listeners = new CopyOnWriteArrayList<>();

    boolean contains(InstanceId instance) {
        return connected.contains(instance);
    }

    /** libvirt told of a guest's agent; listeners hear of it when it is news. */
    void tell(InstanceId instance, boolean listens) {
        var news = listens ? connected.add(instance) : connected.remove(instance);
        if (news) {
            listeners.forEach(listener -> listener.accept(instance));
        }
    }

    Subscription onChange(Consumer<InstanceId> listener) {
        Consumer<InstanceId> entry = listener::accept;
        listeners.add(entry);
        return () -> listeners.remove(entry);
    }

    /** Whether an agent has opened the channel of a running domain, by what {@code virDomainGetXMLDesc} gave of it. */
    static boolean isIn(String description) {
        try {
            var channels = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(description)))
                    .getElementsByTagName("channel");
            for (int i = 0; i < channels.getLength(); i++) {
                if (channels.item(i) instanceof Element channel
                        && channel.getElementsByTagName("target").item(0) instanceof Element target
                        && target.getAttribute("name").equals(DomainXml.AGENT_CHANNEL)) {
                    return target.getAttribute("state").equals("connected");
                }
            }
            return false;
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new HypervisorException("libvirt's description of a domain cannot be read", e);
        }
    }
}
