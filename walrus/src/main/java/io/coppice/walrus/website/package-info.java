/**
 * What makes a bucket a web site: its index and error documents and where it sends visitors. Documents only; the door that
 * answers visitors is {@code io.coppice.walrus.http.WebsiteDoor}.
 */
@NullMarked
package io.coppice.walrus.website;

import org.jspecify.annotations.NullMarked;
