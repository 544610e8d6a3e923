/**
 * The process that plays the roles: it reads the settings, brings up PostgreSQL when that is its own, starts Quarkus and
 * then the roles one by one, tells how they are, and stops all in reverse. Read {@link io.coppice.server.CoppiceServer}
 * first. What a person types is in {@code cli}.
 */
@NullMarked
package io.coppice.server;

import org.jspecify.annotations.NullMarked;
