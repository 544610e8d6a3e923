/**
 * Cross-origin requests of browsers: {@link io.coppice.walrus.cors.CorsRules} reads a bucket's rules and finds the one that
 * lets a request pass.
 */
@NullMarked
package io.coppice.walrus.cors;

import org.jspecify.annotations.NullMarked;
