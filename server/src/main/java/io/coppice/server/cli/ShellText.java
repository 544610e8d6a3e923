package io.coppice.server.cli;

/** Text that a POSIX shell reads back unchanged. */
final class ShellText {
    private ShellText() {}

    /** Quotes a word when it needs it (POSIX.1-2017, Shell Command Language, 2.2.2). */
    static String quote(String word) {
        return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
