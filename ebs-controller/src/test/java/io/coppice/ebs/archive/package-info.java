@NullMarked
package io.coppice.ebs.archive;

import org.jspecify.annotations.NullMarked;
