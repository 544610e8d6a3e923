/**
 * AWS Signature Version 4: verifying what clients sign (headers and presigned URLs), deriving keys, presigning. A request
 * is read with {@link io.coppice.wire.sign.RequestSignature#of}, its key looked up, then checked with
 * {@link io.coppice.wire.sign.SignatureVerifier}.
 */
@NullMarked
package io.coppice.wire.sign;

import org.jspecify.annotations.NullMarked;
