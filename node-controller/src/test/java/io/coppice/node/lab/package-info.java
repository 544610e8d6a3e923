/**
 * Fixtures for tests with real guests: a private libvirtd and a guest image that boots in seconds.
 */
@NullMarked
package io.coppice.node.lab;

import org.jspecify.annotations.NullMarked;
