package io.coppice.cloud.query;

import org.jspecify.annotations.Nullable;

/**
 * Which page of a listing is asked for.
 *
 * @param scope what the page's token is good for: an action and an account
 * @param size how many rows at most, 1 or more
 * @param after the sort key of the last row of the page before; null for the first page
 */
public record PageRequest(String scope, int size, @Nullable String after) {}
