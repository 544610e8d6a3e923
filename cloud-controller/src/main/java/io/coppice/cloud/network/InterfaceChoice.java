package io.coppice.cloud.network;

import java.util.Collection;

/**
 * Which network interfaces a statement is about.
 *
 * @param condition what follows the column of the interface's id, with one {@code ?}
 * @param ids the parameter
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; goes to the database.
public record InterfaceChoice(String condition, String[] ids) {
    /** Those of these ids. */
    public static InterfaceChoice ofIds(Collection<String> ids) {
        return new InterfaceChoice(" = any(?)", ids.toArray(String[]::new));
    }

    /** Those of these instances. */
    public static InterfaceChoice ofInstances(Collection<String> instanceIds) {
        return new InterfaceChoice(
                " in (select id from network_interfaces where instance_id = any(?))",
                instanceIds.toArray(String[]::new));
    }
}
