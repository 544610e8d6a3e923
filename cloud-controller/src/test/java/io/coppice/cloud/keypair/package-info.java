/** Tests: key pairs. */
@NullMarked
package io.coppice.cloud.keypair;

import org.jspecify.annotations.NullMarked;
