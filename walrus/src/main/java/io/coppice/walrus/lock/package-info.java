/**
 * Object lock: {@link io.coppice.walrus.lock.LockRules} reads retention and legal holds from requests and from a bucket's
 * default rule. What keeps a version is {@code metadata.ObjectLock}.
 */
@NullMarked
package io.coppice.walrus.lock;

import org.jspecify.annotations.NullMarked;
