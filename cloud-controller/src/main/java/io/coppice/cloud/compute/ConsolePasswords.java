package io.coppice.cloud.compute;

import java.util.regex.Pattern;

/**
 * Finds the administrator's password in a console: EC2's agents for Windows write it there, encrypted with the public key of
 * the key pair, so that only its owner reads it. Source: EC2 user guide, "EC2Launch", and Eucalyptus. Pure.
 */
final class ConsolePasswords {
    /** An RSA key of 8,192 bits gives 1,368 characters; lines may be broken. */
    private static final Pattern PASSWORD = Pattern.compile("<Password>([A-Za-z0-9+/=\\s]{1,2000})</Password>");

    private ConsolePasswords() {}

    /** The newest one as base64, empty when there is none. */
    static String last(String console) {
        var found = "";
        for (var matcher = PASSWORD.matcher(console); matcher.find(); ) {
            found = matcher.group(1).replaceAll("\\s", "");
        }
        return found;
    }
}
