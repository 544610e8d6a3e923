/**
 * Tags of every kind of resource.
 */
@NullMarked
package io.coppice.cloud.tag;

import org.jspecify.annotations.NullMarked;
