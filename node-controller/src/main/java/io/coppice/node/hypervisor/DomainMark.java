package io.coppice.node.hypervisor;

import io.coppice.foundation.id.AccountId;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * What Coppice keeps in a domain's {@code <metadata>}: whose it is and what it converged to.
 *
 * @param host the agent that defined the domain
 * @param account owner of the instance
 * @param generation of the desired state that defined it
 * @param rebootCount reboots that were carried out
 */
record DomainMark(String host, AccountId account, long generation, long rebootCount) {
    /** Names the element; libvirt asks for one namespace per application. */
    static final String NAMESPACE = "urn:coppice:instance:1";

    static final String PREFIX = "coppice";

    static final String ELEMENT = "instance";
    private static final XMLInputFactory READERS = hardenedReaders();
    private static final XMLOutputFactory WRITERS = XMLOutputFactory.newDefaultFactory();

    DomainMark withGeneration(long newGeneration, long newRebootCount) {
        return new DomainMark(host, account, newGeneration, newRebootCount);
    }

    void write(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeEmptyElement(PREFIX, ELEMENT, NAMESPACE);
        xml.writeNamespace(PREFIX, NAMESPACE);
        writeAttributes(xml);
    }

    /** As libvirt wants it to replace the element of a defined domain: it adds the prefix itself. */
    String toElement() {
        var text = new StringWriter();
        try {
            var xml = WRITERS.createXMLStreamWriter(text);
            xml.writeEmptyElement(ELEMENT);
            writeAttributes(xml);
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new HypervisorException("the mark of a domain cannot be written", e);
        }
        return text.toString();
    }

    private void writeAttributes(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeAttribute("host", host);
        xml.writeAttribute("account", account.value());
        xml.writeAttribute("generation", Long.toString(generation));
        xml.writeAttribute("reboot-count", Long.toString(rebootCount));
    }

    /** The mark in an element, empty when it is not one that this version can read: such a domain is left alone. */
    static Optional<DomainMark> parse(String element) {
        try {
            var xml = READERS.createXMLStreamReader(new StringReader(element));
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT
                        && xml.getLocalName().equals(ELEMENT)) {
                    return Optional.of(new DomainMark(
                            xml.getAttributeValue(null, "host"),
                            new AccountId(xml.getAttributeValue(null, "account")),
                            Long.parseLong(xml.getAttributeValue(null, "generation")),
                            Long.parseLong(xml.getAttributeValue(null, "reboot-count"))));
                }
            }
            return Optional.empty();
        } catch (XMLStreamException | IllegalArgumentException | NullPointerException e) {
            return Optional.empty();
        }
    }

    private static XMLInputFactory hardenedReaders() {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory;
    }
}
