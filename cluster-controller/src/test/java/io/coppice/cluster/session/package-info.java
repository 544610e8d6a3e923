/** Tests of what hosts tell. */
@NullMarked
package io.coppice.cluster.session;

import org.jspecify.annotations.NullMarked;
