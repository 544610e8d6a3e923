/** HTTPS doors of our own: what they say to callers who do not speak TLS. */
@NullMarked
package io.coppice.foundation.http;

import org.jspecify.annotations.NullMarked;
