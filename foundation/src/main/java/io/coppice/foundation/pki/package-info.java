/**
 * The cloud's own certificate authority and the identities it gives to roles and hosts.
 */
@NullMarked
package io.coppice.foundation.pki;

import org.jspecify.annotations.NullMarked;
