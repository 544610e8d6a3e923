/**
 * How fast Walrus is beside its peers: {@link io.coppice.server.bench.s3.S3Bench} starts one {@link
 * io.coppice.server.bench.s3.S3Peer} after the other and lets {@link io.coppice.server.bench.s3.S3Load} work on it.
 */
@NullMarked
package io.coppice.server.bench.s3;

import org.jspecify.annotations.NullMarked;
