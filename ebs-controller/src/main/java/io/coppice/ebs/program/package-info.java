/** What running the programs of others has in common, whichever they are. */
@NullMarked
package io.coppice.ebs.program;

import org.jspecify.annotations.NullMarked;
