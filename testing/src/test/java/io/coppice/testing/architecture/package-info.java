/** Rules that every part of the source keeps: who may know whom, how large a class may grow, where errors are caught. */
@NullMarked
package io.coppice.testing.architecture;

import org.jspecify.annotations.NullMarked;
