/**
 * The Cloud Controller's database as its features use it: one transaction around a piece of work.
 */
@NullMarked
package io.coppice.cloud.store;

import org.jspecify.annotations.NullMarked;
