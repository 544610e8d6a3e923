package io.coppice.server;

import io.coppice.server.settings.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The operator token of a process without a Cloud Controller, which would make one: its own command line needs it too. */
final class OperatorToken {
    private static final int BYTES = 32;

    private OperatorToken() {}

    /** Makes the token, readable by its owner only, unless it is there. */
    static void ensure(DataFolder folder) throws IOException {
        if (Files.exists(folder.operatorToken())) {
            return;
        }
        var secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        Files.createFile(
                folder.operatorToken(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(folder.operatorToken(), HexFormat.of().formatHex(secret) + "\n");
    }
}
