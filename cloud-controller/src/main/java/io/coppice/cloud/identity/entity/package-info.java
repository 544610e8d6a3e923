/**
 * What everything in IAM has in common: a unique id, a path, a name that is unique in its account whatever its case, an ARN,
 * tags, and listings by marker. {@link io.coppice.cloud.identity.entity.EntityRows} reads and writes them;
 * {@link io.coppice.cloud.identity.entity.EntityKind} knows how the kinds differ.
 */
@NullMarked
package io.coppice.cloud.identity.entity;

import org.jspecify.annotations.NullMarked;
