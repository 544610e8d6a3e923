package io.coppice.cloud.event;

/**
 * Why something changed.
 *
 * @param trigger what set it off: an API action ({@code RunInstances}), {@code observation} or {@code reconciler}
 * @param actor who did: a principal's ARN, or {@code coppice} for the cloud itself
 * @param requestId the API request, empty when there was none
 * @param summary one sentence for people
 */
public record ChangeCause(String trigger, String actor, String requestId, String summary) {}
