/**
 * The doors for hosts: sessions, console bytes and joining.
 */
@NullMarked
package io.coppice.cluster.session;

import org.jspecify.annotations.NullMarked;
