package io.coppice.wire.query;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * Copies between structures of the AWS SDK's model that have the same members under different class names, as EC2 has them
 * for requests and answers. Stateless, thread-safe.
 */
public final class Structures {
    private Structures() {}

    /**
     * What {@code upper} says, and where it says nothing, what {@code lower} says. Members that the target does not have are
     * left out; structures merge member by member, lists and single values replace each other.
     *
     * @param target a fresh builder
     */
    public static <B extends Buildable & SdkPojo> Object merge(SdkPojo upper, SdkPojo lower, B target) {
        fill(target, lower);
        fill(target, upper);
        return target.build();
    }

    /** The same structure as another class. */
    public static <B extends Buildable & SdkPojo> Object copy(SdkPojo from, B target) {
        fill(target, from);
        return target.build();
    }

    private static void fill(SdkPojo target, SdkPojo from) {
        var sources = new HashMap<String, SdkField<?>>();
        from.sdkFields().forEach(field -> sources.put(field.memberName(), field));
        for (var field : target.sdkFields()) {
            var source = sources.get(field.memberName());
            if (source == null || source.marshallingType() != field.marshallingType()) {
                continue;
            }
            var value = source.getValueOrDefault(from);
            if (!absent(value)) {
                field.set(target, converted(field, value, field.getValueOrDefault(target)));
            }
        }
    }

    private static boolean absent(@Nullable Object value) {
        return value == null || value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap;
    }

    private static Object converted(SdkField<?> field, Object value, @Nullable Object before) {
        var type = field.marshallingType();
        if (type == MarshallingType.LIST) {
            var member = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
            var items = new ArrayList<>();
            for (var item : (List<?>) value) {
                items.add(converted(member, item, null));
            }
            return items;
        }
        if (type == MarshallingType.MAP) {
            return Map.copyOf((Map<?, ?>) value);
        }
        if (type != MarshallingType.SDK_POJO) {
            return value;
        }
        var target = field.constructor().get();
        if (before instanceof SdkPojo earlier) {
            fill(target, earlier);
        }
        fill(target, (SdkPojo) value);
        return ((Buildable) target).build();
    }
}
