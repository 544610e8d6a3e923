/**
 * Tells owners who asked their buckets for what (S3 User Guide, "Server access logging"): lines are gathered and put into
 * another of the owner's buckets as objects.
 */
@NullMarked
package io.coppice.walrus.accesslog;

import org.jspecify.annotations.NullMarked;
