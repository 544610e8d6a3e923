/**
 * How much an account may have: the configuration says it for all accounts, {@link io.coppice.cloud.quota.AccountQuotas} for
 * those that differ. Each feature checks its own quota in the transaction that makes the resource.
 */
@NullMarked
package io.coppice.cloud.quota;

import org.jspecify.annotations.NullMarked;
