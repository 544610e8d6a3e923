package io.coppice.wire.query;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;

/**
 * Writes structures of the AWS SDK's model as EC2 parameters: what {@link RequestReader} reads. A request that is kept in
 * this form stays readable when the model gains members. Stateless, thread-safe.
 */
public final class RequestWriter {
    private RequestWriter() {}

    /** The parameters, form-encoded, always in the same order. */
    public static String write(SdkPojo structure) {
        var parameters = new LinkedHashMap<String, String>();
        members(parameters, "", structure);
        return parameters.entrySet().stream()
                .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static void members(Map<String, String> parameters, String prefix, SdkPojo structure) {
        for (var field : structure.sdkFields()) {
            var value = Members.value(field, structure);
            if (value != null) {
                member(parameters, prefix + field.locationName(), field, value);
            }
        }
    }

    private static void member(Map<String, String> parameters, String name, SdkField<?> field, Object value) {
        if (field.marshallingType() == MarshallingType.LIST) {
            var item = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
            var index = 1;
            for (var each : (List<?>) value) {
                member(parameters, name + "." + index++, item, each);
            }
        } else if (value instanceof SdkPojo nested) {
            members(parameters, name + ".", nested);
        } else {
            parameters.put(name, Scalars.format(value, true));
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
