package io.coppice.wire.query;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * A structure of the model one of whose lists holds what its own class would not take: structures that are written already,
 * or that enclose such. It is written as the model has it, with that list in the list's place. Thread-safe as what it holds.
 *
 * @param model the structure with everything but the list
 * @param list the name of the list's element, for example {@code instancesSet}
 */
public record EnclosingStructure(SdkPojo model, String list, List<? extends SdkPojo> items) implements SdkPojo {
    /** Keeps its own copy of the list. */
    public EnclosingStructure {
        items = List.copyOf(items);
    }

    /** Those of the model. */
    @Override
    public List<SdkField<?>> sdkFields() {
        return model.sdkFields();
    }

    @Nullable
    Object value(SdkField<?> field) {
        return list.equals(field.unmarshallLocationName()) ? items : field.getValueOrDefault(model);
    }
}
