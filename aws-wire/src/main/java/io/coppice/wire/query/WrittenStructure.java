package io.coppice.wire.query;

import java.util.List;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * A structure of the model as the XML of its members, written once for any number of answers. It stands in the lists of
 * an {@link EnclosingStructure}. Immutable, thread-safe.
 */
public final class WrittenStructure implements SdkPojo {
    private final byte[] xml;

    private WrittenStructure(byte[] xml) {
        this.xml = xml;
    }

    /** Writes a structure in a service's dialect, as it stands within an answer. */
    public static WrittenStructure of(QueryService service, SdkPojo structure) {
        var xml = XmlText.piece();
        AnswerPlans.of(service).write(xml, structure, false);
        return new WrittenStructure(xml.toBytes());
    }

    /** How many bytes its XML has. */
    public int size() {
        return xml.length;
    }

    void appendTo(XmlText text) {
        text.written(xml);
    }

    /** None: there is nothing left to be asked of it. */
    @Override
    public List<SdkField<?>> sdkFields() {
        return List.of();
    }
}
