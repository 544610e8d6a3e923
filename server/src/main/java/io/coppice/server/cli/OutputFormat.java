package io.coppice.server.cli;

/** Whom a command prints for; the constants are what one types. */
enum OutputFormat {
    /** People. */
    text,
    /** Programs. */
    json
}
