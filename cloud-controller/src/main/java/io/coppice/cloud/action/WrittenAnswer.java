package io.coppice.cloud.action;

import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * An answer that is written in parts already, as clients of today's API version get it.
 *
 * @param written what these get
 * @param model the same in classes of the model, from which the answers of earlier versions are made; asked only for those
 */
public record WrittenAnswer(SdkPojo written, Supplier<? extends SdkPojo> model) implements SdkPojo {
    @Override
    public List<SdkField<?>> sdkFields() {
        return written.sdkFields();
    }
}
