/**
 * What becomes of objects in time: {@link io.coppice.walrus.lifecycle.LifecycleDocuments} reads a bucket's rules,
 * {@link io.coppice.walrus.lifecycle.LifecycleRun} carries them out.
 */
@NullMarked
package io.coppice.walrus.lifecycle;

import org.jspecify.annotations.NullMarked;
