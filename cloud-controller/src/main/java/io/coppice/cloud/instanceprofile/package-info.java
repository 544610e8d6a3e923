/**
 * The seam between instances and the instance profiles of IAM: what a launch or an association needs to know of a profile.
 */
@NullMarked
package io.coppice.cloud.instanceprofile;

import org.jspecify.annotations.NullMarked;
