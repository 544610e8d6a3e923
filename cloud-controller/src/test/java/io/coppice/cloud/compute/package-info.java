/**
 * Instances from the request to the zone and back, on a real PostgreSQL and over real gRPC.
 */
@NullMarked
package io.coppice.cloud.compute;

import org.jspecify.annotations.NullMarked;
