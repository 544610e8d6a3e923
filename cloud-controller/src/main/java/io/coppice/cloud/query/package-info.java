/**
 * What all Describe actions share: filters ({@link io.coppice.cloud.query.Filters}), pages
 * ({@link io.coppice.cloud.query.Pages}), result limits.
 */
@NullMarked
package io.coppice.cloud.query;

import org.jspecify.annotations.NullMarked;
