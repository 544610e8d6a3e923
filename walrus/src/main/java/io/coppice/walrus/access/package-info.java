/**
 * May they? Which actions of IAM each operation of S3 is, which condition keys a request has, and what the signer's policies
 * say about it.
 */
@NullMarked
package io.coppice.walrus.access;

import org.jspecify.annotations.NullMarked;
