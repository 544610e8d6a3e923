package io.coppice.walrus.accesslog;

import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import java.util.List;
import java.util.Optional;

/**
 * Where the log of a bucket goes.
 *
 * @param bucket name of the bucket, which has the same owner
 * @param prefix what the keys of the log's objects begin with
 */
public record LogTarget(String bucket, String prefix) {
    /** Reads BucketLoggingStatus; empty when nothing is to be logged. Throws MalformedXML or NotImplemented. */
    public static Optional<LogTarget> parse(byte[] document) {
        var enabled = XmlElement.parse(document, "BucketLoggingStatus").all("LoggingEnabled").stream()
                .findFirst();
        return enabled.map(LogTarget::of);
    }

    private static LogTarget of(XmlElement enabled) {
        var bucket = enabled.value("TargetBucket")
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .orElseThrow(S3Errors::malformedXml);
        var grants = enabled.all("TargetGrants").stream()
                .map(XmlElement::children)
                .flatMap(List::stream)
                .findFirst();
        if (grants.isPresent()) {
            throw S3Errors.notImplemented("TargetGrants: share the log by the policy of its bucket;");
        }
        var partitioned = enabled.all("TargetObjectKeyFormat").stream()
                .flatMap(format -> format.all("PartitionedPrefix").stream())
                .findFirst();
        if (partitioned.isPresent()) {
            throw S3Errors.notImplemented("PartitionedPrefix");
        }
        return new LogTarget(bucket, enabled.value("TargetPrefix").orElseThrow(S3Errors::malformedXml));
    }
}
