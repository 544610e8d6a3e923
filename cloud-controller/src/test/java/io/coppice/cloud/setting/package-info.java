/**
 * Tests of the settings of accounts.
 */
@NullMarked
package io.coppice.cloud.setting;

import org.jspecify.annotations.NullMarked;
