/**
 * Accounts, users, access keys, and the certificates of hosts that join. Rows are {@code …Row} classes; {@link
 * io.coppice.cloud.identity.AccessKeys} is what signatures are checked with; {@link io.coppice.cloud.identity.Bootstrap}
 * makes the first account.
 */
@NullMarked
package io.coppice.cloud.identity;

import org.jspecify.annotations.NullMarked;
