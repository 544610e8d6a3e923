/** Flow logs: what is to be recorded of whose packets, and the objects that what was recorded is delivered in. */
@NullMarked
package io.coppice.cloud.network.flowlog;

import org.jspecify.annotations.NullMarked;
