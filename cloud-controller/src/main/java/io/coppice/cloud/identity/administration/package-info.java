/**
 * Administration of accounts by the cloud's own account, with the actions that Eucalyptus gave its {@code eucalyptus}
 * account: accounts, policies that cap them, and acting in them ({@code DelegateAccount}). They are in no AWS SDK, so their
 * messages are written down here, in {@link io.coppice.cloud.identity.administration.AccountMessages}.
 */
@NullMarked
package io.coppice.cloud.identity.administration;

import org.jspecify.annotations.NullMarked;
