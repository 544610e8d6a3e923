package io.coppice.ebs.archive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Which files an OVF descriptor names as disks. Its XML may have neither a document type nor entities. Source: DMTF DSP0243,
 * sections "References" and "DiskSection".
 */
final class OvfDescriptor {
    /** Of any version: the last part is the version's number. */
    private static final String NAMESPACE = "http://schemas.dmtf.org/ovf/envelope/";

    private static final int MOST_DISKS = 21;

    private OvfDescriptor() {}

    /** The names of the files that hold the disks, in the order in which the descriptor lists the disks. */
    static List<String> disks(byte[] xml) throws IOException {
        var document = parse(xml);
        var root = document.getDocumentElement();
        if (!"Envelope".equals(root.getLocalName())
                || root.getNamespaceURI() == null
                || !root.getNamespaceURI().startsWith(NAMESPACE)) {
            throw new UnusableArchiveException("the archive's descriptor is no OVF envelope");
        }
        var files = files(root);
        var disks = new ArrayList<String>();
        for (var disk : elements(root, "Disk")) {
            var reference = attribute(disk, "fileRef");
            var file = files.get(reference);
            if (reference.isEmpty() || file == null) {
                throw new UnusableArchiveException(
                        "the disk " + attribute(disk, "diskId") + " of the archive has no file in it");
            }
            disks.add(file);
        }
        if (disks.isEmpty() || disks.size() > MOST_DISKS) {
            throw new UnusableArchiveException(
                    "the archive has " + disks.size() + " disks: expecting 1 to " + MOST_DISKS);
        }
        return List.copyOf(disks);
    }

    private static Map<String, String> files(Element root) throws UnusableArchiveException {
        var files = new HashMap<String, String>();
        for (var file : elements(root, "File")) {
            var name = attribute(file, "href");
            if (!attribute(file, "chunkSize").isEmpty()) {
                throw new UnusableArchiveException("the file " + name + " is in pieces: export it in one");
            }
            var compression = attribute(file, "compression");
            if (!compression.isEmpty() && !compression.equals("identity")) {
                throw new UnusableArchiveException("the file " + name + " is compressed: export it as it is");
            }
            files.put(attribute(file, "id"), name);
        }
        return files;
    }

    private static List<Element> elements(Element root, String name) {
        var found = new ArrayList<Element>();
        var all = root.getElementsByTagNameNS(root.getNamespaceURI(), name);
        for (int i = 0; i < all.getLength(); i++) {
            if (all.item(i) instanceof Element element) {
                found.add(element);
            }
        }
        return found;
    }

    private static String attribute(Element element, String name) {
        return element.getAttributeNS(element.getNamespaceURI(), name);
    }

    private static Document parse(byte[] xml) throws IOException {
        try {
            var factory = DocumentBuilderFactory.newDefaultNSInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setExpandEntityReferences(false);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Thrown());
            return builder.parse(new ByteArrayInputStream(xml));
        } catch (SAXException e) {
            throw new UnusableArchiveException(
                    "the archive's descriptor is no XML that can be read: " + e.getMessage());
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("every Java has such a parser", e);
        }
    }

    /** Says nothing on standard error. */
    private static final class Thrown implements ErrorHandler {
        @Override
        public void warning(SAXParseException e) {
            // What it warns of does not matter here.
        }

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
            throw e;
        }
    }
}
