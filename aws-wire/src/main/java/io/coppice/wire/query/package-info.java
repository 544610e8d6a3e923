/**
 * The Query protocol: form parameters into the AWS SDK's request classes, the SDK's response classes into XML, error
 * documents. The SDK's own model says what is called how; nothing here knows a single action.
 */
@NullMarked
package io.coppice.wire.query;

import org.jspecify.annotations.NullMarked;
