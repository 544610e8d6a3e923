package io.coppice.node.hypervisor;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * Describes a domain as it is to be on another host: the devices stay exactly what and where the guest knows them, files and the mark
 * are those of the other host. Source: https://libvirt.org/formatdomain.html.
 */
final class MovedDomain {
    private final Document document;

    private MovedDomain(Document document) {
        this.document = document;
    }

    /**
     * The description for the other host.
     *
     * @param description of the domain here, as libvirt gives it for migration
     */
    static String describe(String description, MoveTarget target) {
        try {
            var factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var moved =
                    new MovedDomain(factory.newDocumentBuilder().parse(new InputSource(new StringReader(description))));
            moved.rootDisk(target);
            moved.console(target);
            moved.mark(target);
            return moved.text();
        } catch (ParserConfigurationException | SAXException | IOException | TransformerException e) {
            throw new HypervisorException("libvirt's description of a domain cannot be made one for another host", e);
        }
    }

    /** What lies below the disk is found there by its own header: it has another name on every host. */
    private void rootDisk(MoveTarget target) {
        var disks = elements("disk");
        if (disks.size() != 1 || !disks.getFirst().getAttribute("type").equals("file")) {
            throw new HypervisorException(
                    "a guest with volumes cannot move while it runs: detach them, or stop and start the instance");
        }
        var disk = disks.getFirst();
        children(disk, "backingStore").forEach(disk::removeChild);
        only(disk, "source").setAttribute("file", target.rootDisk().toString());
    }

    private void console(MoveTarget target) {
        elements("log")
                .forEach(log -> log.setAttribute("file", target.consoleLog().toString()));
    }

    private void mark(MoveTarget target) {
        var marks = elements(DomainMark.PREFIX + ":" + DomainMark.ELEMENT);
        if (marks.size() != 1) {
            throw new HypervisorException("a domain that is moved has no mark of this cloud");
        }
        marks.getFirst().setAttribute("host", target.host().value());
    }

    private List<Element> elements(String name) {
        var found = document.getElementsByTagName(name);
        var all = new ArrayList<Element>();
        for (int i = 0; i < found.getLength(); i++) {
            if (found.item(i) instanceof Element element) {
                all.add(element);
            }
        }
        return all;
    }

    private static List<Element> children(Element parent, String name) {
        var all = new ArrayList<Element>();
        for (var child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element && element.getTagName().equals(name)) {
                all.add(element);
            }
        }
        return all;
    }

    private static Element only(Element parent, String name) {
        return Optional.of(children(parent, name))
                .filter(found -> found.size() == 1)
                .map(List::getFirst)
                .orElseThrow(() -> new HypervisorException("a disk of a domain has no " + name));
    }

    private String text() throws TransformerException {
        var factory = TransformerFactory.newDefaultInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        var transformer = factory.newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        var text = new StringWriter();
        transformer.transform(new DOMSource(document), new StreamResult(text));
        return text.toString();
    }
}
