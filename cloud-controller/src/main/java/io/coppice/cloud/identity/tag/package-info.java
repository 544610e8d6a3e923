/** Tags of everything that IAM names. */
@NullMarked
package io.coppice.cloud.identity.tag;

import org.jspecify.annotations.NullMarked;
