/**
 * A cloud as its user meets it: raised by {@code ./coppice up} from the built tree, used by unmodified AWS clients, broken on
 * purpose, and removed. Needs the packaged server ({@code ./mvnw verify} packages it before these tests run).
 */
@NullMarked
package io.coppice.testing.cloud;

import org.jspecify.annotations.NullMarked;
