/**
 * Access control lists: {@link io.coppice.walrus.acl.Acl} decides, {@link io.coppice.walrus.acl.AclDocuments} reads and
 * writes them as S3 does, {@link io.coppice.walrus.acl.Ownership} says when they count and whose an object is.
 */
@NullMarked
package io.coppice.walrus.acl;

import org.jspecify.annotations.NullMarked;
