/**
 * Sessions: temporary credentials and what they stand for. The token of a session holds all of it, sealed under the cloud's
 * master key ({@link io.coppice.cloud.identity.session.SessionTokens}), so there is no row per session and nothing to read
 * but the role or user it belongs to ({@link io.coppice.cloud.identity.session.Sessions}).
 */
@NullMarked
package io.coppice.cloud.identity.session;

import org.jspecify.annotations.NullMarked;
