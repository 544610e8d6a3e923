/**
 * The users' door: HTTP, authentication, routing by service, dispatch to handlers, answers.
 */
@NullMarked
package io.coppice.cloud.front;

import org.jspecify.annotations.NullMarked;
