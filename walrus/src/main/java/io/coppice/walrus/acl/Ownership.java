package io.coppice.walrus.acl;

import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Whose the objects of a bucket are (S3 User Guide, "Controlling ownership of objects"). */
public enum Ownership {
    /** The bucket's owner's, always; access control lists say nothing. */
    ENFORCED("BucketOwnerEnforced"),
    /** The bucket's owner's when the writer grants full control to that account. */
    PREFERRED("BucketOwnerPreferred"),
    /** The writer's. */
    WRITER("ObjectWriter");

    private final String word;

    Ownership(String word) {
        this.word = word;
    }

    /** As it stands in documents. */
    public String word() {
        return word;
    }

    /** What was set on a bucket; the writer's where nothing was. */
    public static Ownership of(BucketRow bucket) {
        return bucket.setting(BucketSetting.OWNERSHIP_CONTROLS)
                .map(text -> parse(text.getBytes(StandardCharsets.UTF_8)))
                .orElse(WRITER);
    }

    /** Reads a document; throws MalformedXML. */
    public static Ownership parse(byte[] document) {
        var rules = XmlElement.parse(document, "OwnershipControls").all("Rule");
        if (rules.size() != 1) {
            throw S3Errors.malformedXml();
        }
        return rules.getFirst()
                .value("ObjectOwnership")
                .flatMap(Ownership::named)
                .orElseThrow(S3Errors::malformedXml);
    }

    /** The one of that name. */
    public static Optional<Ownership> named(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }

    /** The document that says so. */
    public String document() {
        return "<OwnershipControls xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ObjectOwnership>" + word
                + "</ObjectOwnership></Rule></OwnershipControls>";
    }
}
