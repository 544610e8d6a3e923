/**
 * The EBS controller.
 */
@NullMarked
package io.coppice.ebs;

import org.jspecify.annotations.NullMarked;
