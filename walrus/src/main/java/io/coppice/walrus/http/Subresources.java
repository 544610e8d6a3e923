package io.coppice.walrus.http;

import java.util.Optional;
import java.util.Set;

/** Query parameters that make a request another operation (S3 API Reference). */
final class Subresources {
    private static final Set<String> NAMES = Set.of(
            "accelerate",
            "acl",
            "analytics",
            "attributes",
            "cors",
            "encryption",
            "intelligent-tiering",
            "inventory",
            "legal-hold",
            "lifecycle",
            "logging",
            "metrics",
            "notification",
            "object-lock",
            "ownershipControls",
            "policy",
            "policyStatus",
            "publicAccessBlock",
            "renameObject",
            "replication",
            "requestPayment",
            "restore",
            "retention",
            "select",
            "tagging",
            "torrent",
            "versioning",
            "versions",
            "website");

    private Subresources() {}

    static Optional<String> first(S3Request request) {
        if (request.parameters().isEmpty()) {
            return Optional.empty();
        }
        return request.parameters().keySet().stream()
                .filter(NAMES::contains)
                .sorted()
                .findFirst();
    }
}
