package io.coppice.wire.query;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
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
        fill(target, upper, lower);
        return target.build();
    }

    /** The same structure as another class. */
    public static <B extends Buildable & SdkPojo> Object copy(SdkPojo from, B target) {
        fill(target, from, null);
        return target.build();
    }

    private static void fill(SdkPojo target, SdkPojo upper, @Nullable SdkPojo lower) {
        var above = values(upper);
        var below = lower == null ? Map.<String, Object>of() : values(lower);
        for (var field : target.sdkFields()) {
            var value = converted(field, above.get(field.memberName()), below.get(field.memberName()));
            if (value != null) {
                field.set(target, value);
            }
        }
    }

    private static Map<String, Object> values(SdkPojo structure) {
        var values = new HashMap<String, Object>();
        for (var field : structure.sdkFields()) {
            var value = Members.value(field, structure);
            if (value != null) {
                values.put(field.memberName(), value);
            }
        }
        return values;
    }

    /** Of two values the upper one; null when there is none, or none of the kind that the field has. */
    private static @Nullable Object converted(SdkField<?> field, @Nullable Object upper, @Nullable Object lower) {
        var value = upper == null ? lower : upper;
        var type = field.marshallingType();
        if (type == MarshallingType.LIST) {
            var member = field.getRequiredTrait(ListTrait.class).memberFieldInfo();
            return value instanceof List<?> list
                    ? list.stream().map(item -> converted(member, item, null)).toList()
                    : null;
        }
        if (type == MarshallingType.SDK_POJO) {
            if (!(value instanceof SdkPojo structure)) {
                return null;
            }
            var target = field.constructor().get();
            fill(target, structure, upper != null && lower instanceof SdkPojo under ? under : null);
            return ((Buildable) target).build();
        }
        return value instanceof List<?> || value instanceof SdkPojo ? null : value;
    }
}
