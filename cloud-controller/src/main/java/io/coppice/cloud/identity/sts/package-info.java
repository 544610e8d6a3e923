/**
 * STS (AWS STS API Reference): who am I, and temporary credentials by role, by user, by federation and by the token of an
 * identity provider. {@link io.coppice.cloud.identity.sts.RoleAssumption} decides who may become a role; {@link
 * io.coppice.cloud.identity.session.SessionTokens} makes the credentials.
 */
@NullMarked
package io.coppice.cloud.identity.sts;

import org.jspecify.annotations.NullMarked;
