/** Tests of credentials. */
@NullMarked
package io.coppice.cloud.identity.credential;

import org.jspecify.annotations.NullMarked;
