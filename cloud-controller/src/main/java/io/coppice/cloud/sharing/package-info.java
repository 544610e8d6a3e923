/** Who besides its owner may use something, and whether everybody may: one rule for images and snapshots. */
@NullMarked
package io.coppice.cloud.sharing;

import org.jspecify.annotations.NullMarked;
