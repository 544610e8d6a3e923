/**
 * Secrets at rest: {@link io.coppice.foundation.secret.OwnerOnlyFile} keeps them, {@link io.coppice.foundation.secret.WrappingKey}
 * seals others with them.
 */
@NullMarked
package io.coppice.foundation.secret;

import org.jspecify.annotations.NullMarked;
