package io.coppice.walrus.protocol;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An element of a request's body. Namespaces are ignored, as S3 does.
 *
 * @param name local name
 * @param text its own text, without that of its children
 * @param children in document order
 */
public record XmlElement(String name, String text, List<XmlElement> children) {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_ELEMENTS = 100_000;

    public XmlElement {
        children = List.copyOf(children);
    }

    /** Reads a document whose root has that name; throws MalformedXML for anything else. No DTD, no entities. */
    public static XmlElement parse(byte[] document, String root) {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            var reader = factory.createXMLStreamReader(new ByteArrayInputStream(document));
            while (reader.next() != XMLStreamConstants.START_ELEMENT) {
                if (reader.getEventType() == XMLStreamConstants.DTD) {
                    throw S3Errors.malformedXml();
                }
            }
            var element = read(reader, 1, new int[1]);
            while (reader.hasNext()) {
                reader.next();
            }
            if (!element.name().equals(root)) {
                throw S3Errors.malformedXml();
            }
            return element;
        } catch (XMLStreamException | java.util.NoSuchElementException e) {
            throw S3Errors.malformedXml();
        }
    }

    public List<XmlElement> all(String name) {
        return children.stream().filter(child -> child.name().equals(name)).toList();
    }

    public Optional<String> value(String name) {
        return children.stream()
                .filter(child -> child.name().equals(name))
                .map(XmlElement::text)
                .findFirst();
    }

    private static XmlElement read(XMLStreamReader reader, int depth, int[] count) throws XMLStreamException {
        if (depth > MAX_DEPTH || ++count[0] > MAX_ELEMENTS) {
            throw S3Errors.malformedXml();
        }
        var name = reader.getLocalName();
        var text = new StringBuilder();
        var children = new ArrayList<XmlElement>();
        while (true) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> children.add(read(reader, depth + 1, count));
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(reader.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    return new XmlElement(name, text.toString(), children);
                }
                default -> {
                    // Comments and processing instructions say nothing to S3.
                }
            }
        }
    }
}
