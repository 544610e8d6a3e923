package io.coppice.cloud.identity.sts;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.credential.MfaDevices;
import io.coppice.cloud.store.Database;

/** The codes of the devices that IAM knows. Thread-safe. */
final class DeviceCodes implements MfaCheck {
    private final Database database;
    private final MfaDevices devices;

    DeviceCodes(Database database, MfaDevices devices) {
        this.database = database;
        this.devices = devices;
    }

    /** In a transaction of its own, so that a code that was shown stays used up whatever becomes of the request. */
    @Override
    public boolean accept(Caller caller, String serialNumber, String code) {
        return database.call(entities -> {
            var user = entities.find(UserRow.class, caller.userId());
            return user != null && devices.accept(entities, user, serialNumber, code);
        });
    }
}
