package io.coppice.wire.query;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/** Writes the AWS SDK's response objects as the XML that a service answers. Thread-safe. */
public final class ResponseWriter {
    private final QueryService service;

    public ResponseWriter(QueryService service) {
        this.service = service;
    }

    /**
     * The whole document.
     *
     * @param version the API version the client asked for; EC2 answers in its namespace
     */
    public String write(String action, String version, SdkPojo response, String requestId) {
        var xml = new XmlText().openWithNamespace(action + "Response", service.namespace(version));
        if (service.ec2Dialect()) {
            xml.element("requestId", requestId);
            if (response.sdkFields().isEmpty()) {
                xml.element("return", "true");
            }
            writeFields(xml, response, alwaysHasLists(action));
        } else {
            if (!response.sdkFields().isEmpty()) {
                xml.open(action + "Result");
                writeFields(xml, response, alwaysHasLists(action));
                xml.close(action + "Result");
            }
            xml.open("ResponseMetadata").element("RequestId", requestId).close("ResponseMetadata");
        }
        return xml.close(action + "Response").toString();
    }

    /**
     * Listing actions answer their list even when nothing is in it, and clients rely on that; actions that answer one
     * attribute out of many leave the others out.
     */
    private static boolean alwaysHasLists(String action) {
        return (action.startsWith("Describe") && !action.endsWith("Attribute")) || action.startsWith("List");
    }

    private void writeFields(XmlText xml, SdkPojo pojo, boolean unsetListsToo) {
        for (var field : pojo.sdkFields()) {
            var value = field.getValueOrDefault(pojo);
            if (value == null || value instanceof SdkAutoConstructMap) {
                continue;
            }
            if (value instanceof SdkAutoConstructList && !unsetListsToo) {
                continue;
            }
            write(xml, field.unmarshallLocationName(), field, value);
        }
    }

    private void write(XmlText xml, String name, SdkField<?> field, Object value) {
        var type = field.marshallingType();
        if (type == MarshallingType.LIST) {
            writeList(xml, name, field.getRequiredTrait(ListTrait.class), (List<?>) value);
        } else if (type == MarshallingType.MAP) {
            writeMap(xml, name, field.getRequiredTrait(MapTrait.class), (Map<?, ?>) value);
        } else if (type == MarshallingType.SDK_POJO) {
            xml.open(name);
            writeFields(xml, (SdkPojo) value, false);
            xml.close(name);
        } else {
            xml.element(name, Scalars.format(value, service.ec2Dialect()));
        }
    }

    private void writeList(XmlText xml, String name, ListTrait trait, List<?> items) {
        if (trait.isFlattened()) {
            items.forEach(item -> write(xml, name, trait.memberFieldInfo(), item));
            return;
        }
        if (items.isEmpty()) {
            xml.empty(name);
            return;
        }
        var fallback = service.ec2Dialect() ? "item" : "member";
        var itemName = trait.memberLocationName() == null ? fallback : trait.memberLocationName();
        xml.open(name);
        items.forEach(item -> write(xml, itemName, trait.memberFieldInfo(), item));
        xml.close(name);
    }

    private void writeMap(XmlText xml, String name, MapTrait trait, Map<?, ?> entries) {
        xml.open(name);
        entries.forEach((key, value) -> {
            xml.open("entry").element(trait.keyLocationName(), String.valueOf(key));
            write(xml, trait.valueLocationName(), trait.valueFieldInfo(), value);
            xml.close("entry");
        });
        xml.close(name);
    }
}
