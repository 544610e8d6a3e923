package io.coppice.policy;

/** A statement that matched a request, and the document that it stands in. */
public record StatementMatch(PolicyOrigin origin, PolicyDocument document, Statement statement) {}
