/**
 * How a cloud comes up: what the machine can do is looked at, first values are chosen once, the server is started and
 * watched, and the sample image is made and registered. {@link io.coppice.server.up.UpFlow} is the order of it all.
 */
@NullMarked
package io.coppice.server.up;

import org.jspecify.annotations.NullMarked;
