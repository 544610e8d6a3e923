/**
 * Policies of users, groups and roles: managed ones with versions, inline ones, what is attached to whom, and the policies
 * that come with the cloud. {@link io.coppice.cloud.identity.policy.PrincipalPolicies} reads all that binds a principal.
 */
@NullMarked
package io.coppice.cloud.identity.policy;

import org.jspecify.annotations.NullMarked;
