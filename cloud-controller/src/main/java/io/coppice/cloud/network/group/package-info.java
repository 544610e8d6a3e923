/**
 * Security groups: {@link io.coppice.cloud.network.group.SecurityGroups} keeps them and makes every VPC's default one,
 * {@link io.coppice.cloud.network.group.PermissionReader} reads rules of requests in all their forms.
 */
@NullMarked
package io.coppice.cloud.network.group;

import org.jspecify.annotations.NullMarked;
