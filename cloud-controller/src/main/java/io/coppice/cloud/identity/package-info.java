/**
 * Accounts, users, access keys, and the certificates of hosts that join.
 */
@NullMarked
package io.coppice.cloud.identity;

import org.jspecify.annotations.NullMarked;
