/**
 * Every change of state as a row written with it, and the ways those rows get out: SSE, Kafka.
 */
@NullMarked
package io.coppice.cloud.event;

import org.jspecify.annotations.NullMarked;
