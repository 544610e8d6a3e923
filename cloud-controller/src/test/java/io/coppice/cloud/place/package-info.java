/** Tests: regions, zones and the default network. */
@NullMarked
package io.coppice.cloud.place;

import org.jspecify.annotations.NullMarked;
