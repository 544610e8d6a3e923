/**
 * Bytes at rest under a key: {@link io.coppice.walrus.encryption.EncryptionRequest} reads what a request wants,
 * {@link io.coppice.walrus.encryption.KeyStore} wraps the key of each object under the master key or the customer's, and
 * {@link io.coppice.walrus.encryption.ObjectKey} encrypts and decrypts as the bytes pass.
 */
@NullMarked
package io.coppice.walrus.encryption;

import org.jspecify.annotations.NullMarked;
