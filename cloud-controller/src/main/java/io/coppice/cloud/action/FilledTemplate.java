package io.coppice.cloud.action;

import software.amazon.awssdk.core.SdkPojo;

/**
 * The launch template that filled in a request.
 *
 * @param id {@code lt-…}
 * @param request what the client itself said
 */
public record FilledTemplate(String id, SdkPojo request) {}
