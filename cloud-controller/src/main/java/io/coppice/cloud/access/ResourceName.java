package io.coppice.cloud.access;

/**
 * How a request names a resource.
 *
 * @param member the member of the request, without the structures that it is in: {@code KeyPairId}
 * @param name a name, an id or an ARN
 */
record ResourceName(String member, String name) {}
