/**
 * Settings of an account and a region that clients read: what this cloud has fixed is told, and cannot be changed.
 */
@NullMarked
package io.coppice.cloud.setting;

import org.jspecify.annotations.NullMarked;
