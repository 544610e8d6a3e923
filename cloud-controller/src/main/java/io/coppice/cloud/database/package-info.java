/**
 * How the features of the Cloud Controller share one database: transactions and leases.
 */
@NullMarked
package io.coppice.cloud.database;

import org.jspecify.annotations.NullMarked;
