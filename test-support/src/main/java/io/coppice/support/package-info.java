/** What the tests of several modules need: a broker, bundles of images. No part of the product. */
@NullMarked
package io.coppice.support;

import org.jspecify.annotations.NullMarked;
