/** Tests: an event log for tests. */
@NullMarked
package io.coppice.cloud.event;

import org.jspecify.annotations.NullMarked;
