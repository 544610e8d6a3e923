package io.coppice.wire.query;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.traits.DefaultValueTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/** Reads the members of structures that are built; builders cannot be read. */
final class Members {
    private Members() {}

    /** What was set; null when nothing was, also for the client token, which the SDK would make up then. */
    static @Nullable Object value(SdkField<?> field, SdkPojo structure) {
        var value = structure instanceof SdkRequest request && field.containsTrait(DefaultValueTrait.class)
                ? request.getValueForField(field.memberName(), Object.class).orElse(null)
                : field.getValueOrDefault(structure);
        return value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap ? null : value;
    }
}
