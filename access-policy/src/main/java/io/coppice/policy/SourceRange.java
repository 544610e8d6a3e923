package io.coppice.policy;

/**
 * Where something stands in the text of a document. Lines and columns count from 1.
 *
 * @param endColumn the column after the last character
 */
public record SourceRange(int startLine, int startColumn, int endLine, int endColumn) {}
