/**
 * Launch templates: named, versioned sets of RunInstances parameters. {@link io.coppice.cloud.launchtemplate.LaunchTemplates}
 * is what a launch needs of them.
 */
@NullMarked
package io.coppice.cloud.launchtemplate;

import org.jspecify.annotations.NullMarked;
