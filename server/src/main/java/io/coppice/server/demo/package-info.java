/** The whole story of a user, told with the AWS SDK against a running cloud, checked step by step. */
@NullMarked
package io.coppice.server.demo;

import org.jspecify.annotations.NullMarked;
