/**
 * What users prove themselves with: access keys, passwords, devices that show codes, certificates and SSH keys; and the
 * certificates of servers.
 */
@NullMarked
package io.coppice.cloud.identity.credential;

import org.jspecify.annotations.NullMarked;
