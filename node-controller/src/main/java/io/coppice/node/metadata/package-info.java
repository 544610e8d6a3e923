/**
 * The instance metadata service at 169.254.169.254.
 */
@NullMarked
package io.coppice.node.metadata;

import org.jspecify.annotations.NullMarked;
