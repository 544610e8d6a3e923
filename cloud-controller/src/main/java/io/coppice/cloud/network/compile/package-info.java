/**
 * What hosts must know of a VPC, made of its rows.
 */
@NullMarked
package io.coppice.cloud.network.compile;

import org.jspecify.annotations.NullMarked;
