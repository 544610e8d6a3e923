package io.coppice.cloud.action;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.LocationTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * A request or an answer of an action that the AWS SDK does not know: what generated classes are for the others. It is its
 * own builder. Not thread-safe while it is filled.
 */
public final class Message implements SdkPojo, Buildable {
    private final List<SdkField<?>> fields;
    private final Map<String, Object> values = new LinkedHashMap<>();

    /** A message of these fields, none of which is set. */
    public Message(List<SdkField<?>> fields) {
        this.fields = fields;
    }

    /** A field of text. */
    public static SdkField<String> text(String name) {
        return field(MarshallingType.STRING, name).build();
    }

    /** A field that is true or false. */
    public static SdkField<Boolean> flag(String name) {
        return field(MarshallingType.BOOLEAN, name).build();
    }

    /** A field of a structure. */
    public static SdkField<SdkPojo> structure(String name, Supplier<Message> empty) {
        return field(MarshallingType.SDK_POJO, name).constructor(empty::get).build();
    }

    /** A list whose items are called {@code member}. */
    public static SdkField<List<?>> list(String name, SdkField<?> item) {
        return field(MarshallingType.LIST, name)
                .traits(
                        location(name),
                        ListTrait.builder()
                                .memberLocationName("member")
                                .memberFieldInfo(item)
                                .build())
                .build();
    }

    private static <T> SdkField.Builder<T> field(MarshallingType<T> type, String name) {
        return SdkField.builder(type)
                .memberName(name)
                .getter(message -> Message.read(message, name))
                .setter((message, value) -> ((Message) message).put(name, value))
                .traits(location(name));
    }

    @SuppressWarnings("unchecked")
    private static <T> @Nullable T read(Object message, String name) {
        return (T) ((Message) message).values.get(name);
    }

    private static LocationTrait location(String name) {
        return LocationTrait.builder()
                .location(MarshallLocation.PAYLOAD)
                .locationName(name)
                .unmarshallLocationName(name)
                .build();
    }

    /** Sets a field; null leaves it out. */
    public Message put(String name, @Nullable Object value) {
        if (value == null) {
            values.remove(name);
        } else {
            values.put(name, value);
        }
        return this;
    }

    /** A text of the message. */
    public Optional<String> get(String name) {
        return Optional.ofNullable((String) values.get(name));
    }

    /** A flag of the message; false where it is not set. */
    public boolean isSet(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    @Override
    public List<SdkField<?>> sdkFields() {
        return fields;
    }

    @Override
    public Map<String, SdkField<?>> sdkFieldNameToField() {
        var byName = new LinkedHashMap<String, SdkField<?>>();
        fields.forEach(field -> byName.put(field.memberName(), field));
        return byName;
    }

    @Override
    public Message build() {
        return this;
    }
}
