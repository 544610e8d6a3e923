/** What Walrus does when something breaks: its process, its disk, its database, or what clients send. */
@NullMarked
package io.coppice.walrus.fault;

import org.jspecify.annotations.NullMarked;
