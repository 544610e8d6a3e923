package io.coppice.walrus.bundle;

import io.coppice.walrus.body.Digests;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.DigestInputStream;
import java.security.GeneralSecurityException;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.zip.GZIPInputStream;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The image in a bundle, read from its parts: joined, decrypted, decompressed and taken out of the archive, in so much memory
 * whatever its size. Whoever has read it to its end calls {@link #finish}, which tells whether it was the right one. Not
 * thread-safe.
 */
public final class BundleContent implements AutoCloseable {
    private static final int KEY_BYTES = 16;
    private static final int BUFFER_BYTES = 64 * 1024;
    /** What an archive holds besides the image: heads, padding, the map of a sparse file. */
    private static final long OVERHEAD_BYTES = 64L * 1024 * 1024;

    private final BundleManifest manifest;
    private final DigestInputStream archive;
    private final TarArchiveInputStream entries;
    private long read;

    /** Opens parts by their names. */
    @FunctionalInterface
    public interface Parts {
        /** The bytes of a part. */
        InputStream open(String fileName) throws IOException;
    }

    private BundleContent(BundleManifest manifest, DigestInputStream archive) {
        this.manifest = manifest;
        this.archive = archive;
        this.entries = new TarArchiveInputStream(archive);
    }

    /** Opens the image of a bundle whose manifest was checked. */
    public static BundleContent open(BundleManifest manifest, BundleKey key, Parts parts) throws IOException {
        var joined = new SequenceInputStream(new Joined(manifest.parts().iterator(), parts));
        try {
            var aes = Cipher.getInstance("AES/CBC/PKCS5Padding");
            aes.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(key.open(manifest.encryptedKey(), KEY_BYTES), "AES"),
                    new IvParameterSpec(key.open(manifest.encryptedIv(), KEY_BYTES)));
            var plain = new GZIPInputStream(new CipherInputStream(joined, aes), BUFFER_BYTES);
            var bounded = new Bounded(plain, manifest.sizeBytes() + OVERHEAD_BYTES);
            var content = new BundleContent(manifest, new DigestInputStream(bounded, Digests.sha1()));
            var entry = content.entries.getNextEntry();
            if (entry == null || !entry.isFile() || entry.getRealSize() != manifest.sizeBytes()) {
                throw new BundleException("The archive of the bundle does not begin with an image of "
                        + manifest.sizeBytes() + " bytes: bundle the image anew");
            }
            return content;
        } catch (GeneralSecurityException e) {
            throw new BundleException("The bundle cannot be decrypted: bundle the image anew", e);
        }
    }

    /** Reads some more of the image; -1 at its end. */
    public int read(byte[] target) throws IOException {
        var count = entries.read(target, 0, target.length);
        read += Math.max(0, count);
        return count;
    }

    /** Reads what is left of the archive, and throws unless image and archive are what the manifest says. */
    public void finish() throws IOException {
        archive.transferTo(java.io.OutputStream.nullOutputStream());
        var digest = HexFormat.of().formatHex(archive.getMessageDigest().digest());
        if (read != manifest.sizeBytes() || !digest.equals(manifest.digest())) {
            throw new BundleException("The image in the bundle is not the one that its manifest names: bundle it anew");
        }
    }

    @Override
    public void close() throws IOException {
        entries.close();
    }

    /** The parts one after the other; each is checked as it ends. */
    private static final class Joined implements Enumeration<InputStream> {
        private final Iterator<BundleManifest.Part> left;
        private final Parts parts;

        private Joined(Iterator<BundleManifest.Part> left, Parts parts) {
            this.left = left;
            this.parts = parts;
        }

        @Override
        public boolean hasMoreElements() {
            return left.hasNext();
        }

        @Override
        public InputStream nextElement() {
            var part = left.next();
            return new CheckedPart(part, parts);
        }
    }

    /** Opened with the first read, and checked against its digest at its end. */
    private static final class CheckedPart extends InputStream {
        private final BundleManifest.Part part;
        private final Parts parts;
        private @org.jspecify.annotations.Nullable DigestInputStream open;

        private CheckedPart(BundleManifest.Part part, Parts parts) {
            this.part = part;
            this.parts = parts;
        }

        private DigestInputStream opened() throws IOException {
            if (open == null) {
                open = new DigestInputStream(parts.open(part.fileName()), Digests.sha1());
            }
            return open;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            var count = opened().read(target, offset, length);
            if (count < 0
                    && !HexFormat.of()
                            .formatHex(opened().getMessageDigest().digest())
                            .equals(part.digest())) {
                throw new BundleException(
                        "Part " + part.fileName() + " of the bundle was changed: upload the bundle anew");
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            if (open != null) {
                open.close();
            }
        }
    }

    /** Ends a stream that decompresses to more than it may. */
    private static final class Bounded extends FilterInputStream {
        private long left;

        private Bounded(InputStream in, long most) {
            super(in);
            this.left = most;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            var count = super.read(target, offset, length);
            left -= Math.max(0, count);
            if (left < 0) {
                throw new BundleException("The bundle unpacks to more than its manifest says: bundle the image anew");
            }
            return count;
        }
    }
}
