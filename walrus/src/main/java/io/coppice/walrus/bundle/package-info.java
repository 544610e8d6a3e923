/**
 * Images as ec2-ami-tools and euca2ools upload them: a manifest that is signed by its maker, and parts of an encrypted,
 * compressed tar archive. What is not signed by a certificate of the account is not even read.
 */
@NullMarked
package io.coppice.walrus.bundle;

import org.jspecify.annotations.NullMarked;
