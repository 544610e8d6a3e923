package io.coppice.cloud.action;

/**
 * How a request reached us: what policies may ask of it.
 *
 * @param sourceAddress the client's IP address, empty when unknown
 * @param secure whether it came by TLS
 * @param userAgent as the client calls itself, empty when it does not
 * @param referer of a browser, empty otherwise
 */
public record RequestOrigin(String sourceAddress, boolean secure, String userAgent, String referer) {
    /** Of requests that nobody sent over a network. */
    public static final RequestOrigin UNKNOWN = new RequestOrigin("", false, "", "");
}
