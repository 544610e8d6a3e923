/**
 * May they? What each action of EC2, IAM and STS is about (tables beside the classes), which condition keys a request has,
 * and the one place where policies are asked: {@link io.coppice.cloud.access.Authorizer}.
 */
@NullMarked
package io.coppice.cloud.access;

import org.jspecify.annotations.NullMarked;
