package io.coppice.walrus.encryption;

import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** How objects of a bucket are encrypted whose writers say nothing (S3 User Guide, "Setting default encryption"). */
public final class BucketEncryption {
    private BucketEncryption() {}

    /** What was set on a bucket. */
    public static Optional<EncryptionRequest> of(BucketRow bucket) {
        return bucket.setting(BucketSetting.ENCRYPTION).map(text -> parse(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Reads a document; throws MalformedXML or InvalidArgument. */
    public static EncryptionRequest parse(byte[] document) {
        var rules =
                XmlElement.parse(document, "ServerSideEncryptionConfiguration").all("Rule");
        if (rules.size() != 1) {
            throw S3Errors.malformedXml();
        }
        var defaults = rules.getFirst().all("ApplyServerSideEncryptionByDefault").stream()
                .findFirst()
                .orElseThrow(S3Errors::malformedXml);
        var keyId = defaults.value("KMSMasterKeyID").map(String::strip).orElse("");
        return switch (defaults.value("SSEAlgorithm").map(String::strip).orElse("")) {
            case EncryptionRequest.AES256 -> {
                if (!keyId.isEmpty()) {
                    throw S3Errors.invalidArgument(
                            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms");
                }
                yield new EncryptionRequest(Optional.of(ObjectEncryption.Kind.S3), "", "", Optional.empty());
            }
            case EncryptionRequest.KMS ->
                new EncryptionRequest(Optional.of(ObjectEncryption.Kind.KMS), keyId, "", Optional.empty());
            default -> throw S3Errors.malformedXml();
        };
    }
}
