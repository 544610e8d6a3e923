/** Where one cloud keeps its things, what its configuration file says, and how first values for it are chosen. */
@NullMarked
package io.coppice.server.settings;

import org.jspecify.annotations.NullMarked;
