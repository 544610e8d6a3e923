package io.coppice.cloud.access;

import java.util.List;
import java.util.Map;

/**
 * One of the questions that a request comes down to.
 *
 * @param action with its service, for example {@code ec2:RunInstances}
 * @param resource an ARN or {@code *}
 * @param keys condition keys in lower case, beside those that every request has
 */
record AccessQuestion(String action, String resource, Map<String, List<String>> keys) {}
