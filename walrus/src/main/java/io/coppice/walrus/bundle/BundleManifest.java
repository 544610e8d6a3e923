package io.coppice.walrus.bundle;

import io.coppice.walrus.protocol.XmlElement;
import io.coppice.wire.error.AwsException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a bundle's maker says of it (the manifest of ec2-ami-tools, version 2007-10-10). Immutable.
 *
 * @param sizeBytes of the image
 * @param digest SHA-1 of the tar archive before it was compressed, hexadecimal
 * @param encryptedKey the AES key, as hexadecimal digits that are encrypted by RSA for the cloud
 * @param encryptedIv the initialisation vector in the same way
 * @param parts in their order
 */
public record BundleManifest(long sizeBytes, String digest, byte[] encryptedKey, byte[] encryptedIv, List<Part> parts) {
    /** The most bytes of a manifest. */
    public static final int MAX_BYTES = 1024 * 1024;

    /** What keys of manifests end with. */
    public static final String SUFFIX = ".manifest.xml";

    /** The most bytes of an image that is unpacked. */
    private static final long MAX_IMAGE_BYTES = 32L * 1024 * 1024 * 1024;

    private static final int MAX_PARTS = 4_096;
    private static final int SHA1_DIGITS = 40;

    public BundleManifest {
        parts = List.copyOf(parts);
        encryptedKey = encryptedKey.clone();
        encryptedIv = encryptedIv.clone();
    }

    /** One piece of the encrypted archive: the name of its object beside the manifest, and its SHA-1, hexadecimal. */
    public record Part(String fileName, String digest) {}

    /**
     * Reads a manifest and checks its signature.
     *
     * @param signers certificates of those who may sign for the account
     * @throws BundleException when it is malformed, beyond the limits, or signed by nobody of them
     */
    public static BundleManifest parse(byte[] document, List<X509Certificate> signers) throws BundleException {
        var text = new String(document, StandardCharsets.UTF_8);
        // Only what is signed is looked at, so there must be no second place where an element could be found.
        if (text.contains("<!") || text.contains("<?xml-")) {
            throw malformed("it holds comments or declarations");
        }
        var signed = only(text, "machine_configuration") + only(text, "image");
        checkSignature(signed, only(text, "signature"), signers);
        try {
            return of(XmlElement.parse(only(text, "image").getBytes(StandardCharsets.UTF_8), "image"));
        } catch (AwsException | IllegalArgumentException e) {
            throw new BundleException("The manifest of the bundle is malformed: bundle the image anew", e);
        }
    }

    private static BundleManifest of(XmlElement image) throws BundleException {
        var size = Long.parseLong(text(image, "size"));
        if (size <= 0 || size > MAX_IMAGE_BYTES) {
            throw new BundleException("The image of the bundle has " + size + " bytes; 1 to " + MAX_IMAGE_BYTES
                    + " can be unpacked: upload a larger one as it is, and register that");
        }
        var parts = image.all("parts").stream()
                .flatMap(all -> all.all("part").stream())
                .toList();
        if (parts.isEmpty() || parts.size() > MAX_PARTS) {
            throw malformed("it names " + parts.size() + " parts");
        }
        var read = new java.util.ArrayList<Part>(parts.size());
        for (var part : parts) {
            read.add(part(part));
        }
        return new BundleManifest(
                size,
                digest(image),
                HexFormat.of().parseHex(text(image, "ec2_encrypted_key")),
                HexFormat.of().parseHex(text(image, "ec2_encrypted_iv")),
                read);
    }

    private static Part part(XmlElement part) throws BundleException {
        var name = text(part, "filename");
        if (name.isEmpty() || name.contains("/")) {
            throw malformed("a part is called \"" + name + "\"");
        }
        return new Part(name, digest(part));
    }

    private static String digest(XmlElement element) throws BundleException {
        var digest = text(element, "digest");
        if (!digest.matches("[0-9a-fA-F]{" + SHA1_DIGITS + "}")) {
            throw malformed("a digest is not the SHA-1 of anything");
        }
        return digest.toLowerCase(java.util.Locale.ROOT);
    }

    private static String text(XmlElement element, String name) throws BundleException {
        return element.value(name).map(String::strip).orElseThrow(() -> malformed("it lacks <" + name + ">"));
    }

    /** The one element of that name, with its tags, as it stands in the text: that is what was signed. */
    private static String only(String text, String name) throws BundleException {
        var open = "<" + name + ">";
        var close = "</" + name + ">";
        var first = text.indexOf(open);
        var last = text.indexOf(close);
        if (first < 0 || last < first || text.lastIndexOf(open) != first || text.lastIndexOf(close) != last) {
            throw malformed("<" + name + "> must be there exactly once");
        }
        return text.substring(first, last + close.length());
    }

    private static void checkSignature(String signed, String element, List<X509Certificate> signers)
            throws BundleException {
        if (signers.isEmpty()) {
            throw new BundleException(
                    "The account has no active signing certificate: upload the one that the bundle was"
                            + " made with, by aws iam upload-signing-certificate");
        }
        byte[] signature;
        try {
            signature = HexFormat.of()
                    .parseHex(element.substring(element.indexOf('>') + 1, element.lastIndexOf('<'))
                            .strip());
        } catch (IllegalArgumentException e) {
            throw new BundleException("The signature of the bundle's manifest is malformed: bundle the image anew", e);
        }
        var valid = Optional.<X509Certificate>empty();
        for (var signer : signers) {
            if (verifies(signed, signature, signer)) {
                valid = Optional.of(signer);
            }
        }
        if (valid.isEmpty()) {
            throw new BundleException("The manifest of the bundle is not signed by an active signing certificate of the"
                    + " account: upload the one that it was made with, by aws iam upload-signing-certificate");
        }
    }

    private static boolean verifies(String signed, byte[] signature, X509Certificate signer) {
        try {
            // The format knows nothing better than SHA-1.
            var check = Signature.getInstance("SHA1withRSA");
            check.initVerify(signer.getPublicKey());
            check.update(signed.getBytes(StandardCharsets.UTF_8));
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            // A certificate of another kind, or no signature at all: it did not sign this.
            return false;
        }
    }

    private static BundleException malformed(String what) {
        return new BundleException("The manifest of the bundle is malformed, " + what + ": bundle the image anew");
    }
}
