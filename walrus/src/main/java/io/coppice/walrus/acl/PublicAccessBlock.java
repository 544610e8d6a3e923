package io.coppice.walrus.acl;

import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.protocol.XmlElement;
import java.nio.charset.StandardCharsets;

/** What a bucket's owner has ruled out whatever lists and policies say (S3 User Guide, "Blocking public access"). */
public record PublicAccessBlock(
        boolean blockPublicAcls, boolean ignorePublicAcls, boolean blockPublicPolicy, boolean restrictPublicBuckets) {
    /** Nothing is ruled out. */
    public static final PublicAccessBlock NONE = new PublicAccessBlock(false, false, false, false);

    /** What was set on a bucket. */
    public static PublicAccessBlock of(BucketRow bucket) {
        return bucket.setting(BucketSetting.PUBLIC_ACCESS_BLOCK)
                .map(text -> parse(text.getBytes(StandardCharsets.UTF_8)))
                .orElse(NONE);
    }

    /** Reads a document; throws MalformedXML. What it does not mention is not ruled out. */
    public static PublicAccessBlock parse(byte[] document) {
        var xml = XmlElement.parse(document, "PublicAccessBlockConfiguration");
        return new PublicAccessBlock(
                on(xml, "BlockPublicAcls"),
                on(xml, "IgnorePublicAcls"),
                on(xml, "BlockPublicPolicy"),
                on(xml, "RestrictPublicBuckets"));
    }

    private static boolean on(XmlElement xml, String name) {
        return xml.value(name)
                .filter(text -> text.strip().equalsIgnoreCase("true"))
                .isPresent();
    }
}
