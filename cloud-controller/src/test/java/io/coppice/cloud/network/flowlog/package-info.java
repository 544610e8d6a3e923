/** Tests of flow logs on a real database. */
@NullMarked
package io.coppice.cloud.network.flowlog;

import org.jspecify.annotations.NullMarked;
