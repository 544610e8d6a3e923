/**
 * What an action is: its request and caller, its handler, and the registry where features announce theirs. Stands below every
 * feature and below the door that carries requests to them; knows neither.
 */
@NullMarked
package io.coppice.cloud.action;

import org.jspecify.annotations.NullMarked;
