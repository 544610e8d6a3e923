/**
 * gRPC servers and channels with mutual TLS, and who may call what.
 */
@NullMarked
package io.coppice.foundation.rpc;

import org.jspecify.annotations.NullMarked;
