/**
 * The IAM policy language: {@link io.coppice.policy.PolicyDocument} reads a document, {@link io.coppice.policy.PolicySet}
 * says which documents bind a principal, {@link io.coppice.policy.PolicyEvaluator} decides. It knows no service, no rows and
 * no HTTP, so that EC2, IAM, S3 and the simulator decide by the same code.
 */
@NullMarked
package io.coppice.policy;

import org.jspecify.annotations.NullMarked;
