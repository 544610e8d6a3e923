/**
 * What all Describe actions share: filters, pages, result limits.
 */
@NullMarked
package io.coppice.cloud.query;

import org.jspecify.annotations.NullMarked;
