package io.coppice.cloud.identity.sts;

import io.coppice.cloud.action.Caller;

/** Whether a user's device shows a code now. Thread-safe. */
@FunctionalInterface
public interface MfaCheck {
    /**
     * A code is accepted once.
     *
     * @param serialNumber the ARN of the device
     */
    boolean accept(Caller caller, String serialNumber, String code);
}
