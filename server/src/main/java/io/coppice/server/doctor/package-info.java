/** Looks for what is wrong with a cloud or its machine; every finding comes with its fix. */
@NullMarked
package io.coppice.server.doctor;

import org.jspecify.annotations.NullMarked;
