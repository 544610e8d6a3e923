/**
 * What Walrus knows of buckets, objects, uploads and images, in PostgreSQL. {@link io.coppice.walrus.metadata.Transactions}
 * runs the work; every other class here only says what is to be done inside one.
 */
@NullMarked
package io.coppice.walrus.metadata;

import org.jspecify.annotations.NullMarked;
