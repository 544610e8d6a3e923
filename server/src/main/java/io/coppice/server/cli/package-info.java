/** The command line. Each command is one class; all are thin and print for people, or JSON where asked. */
@NullMarked
package io.coppice.server.cli;

import org.jspecify.annotations.NullMarked;
