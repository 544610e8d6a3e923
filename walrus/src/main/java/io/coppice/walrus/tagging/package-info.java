/**
 * Tags of objects and buckets: {@link io.coppice.walrus.tagging.Tags} reads, checks and writes them.
 */
@NullMarked
package io.coppice.walrus.tagging;

import org.jspecify.annotations.NullMarked;
