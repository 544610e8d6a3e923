package io.coppice.node.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The sample guest: a 20 MB disk that boots to SSH in seconds and listens to the power button. */
public final class GuestImage {
    private GuestImage() {}

    /** The image's file, made from Debian packages when it is not there yet. */
    public static Path file() throws IOException, InterruptedException {
        var given = System.getenv("COPPICE_SAMPLE_IMAGE");
        if (given != null) {
            return Path.of(given);
        }
        var folder = Path.of(System.getProperty("java.io.tmpdir"), "coppice-sample-image");
        var image = folder.resolve("disk.qcow2");
        if (!Files.exists(image)) {
            var builder = repository().resolve("deploy/sample-image/build.sh");
            var process = new ProcessBuilder("bash", builder.toString(), folder.toString())
                    .inheritIO()
                    .start();
            if (process.waitFor() != 0) {
                throw new IOException(builder + " failed");
            }
        }
        return image;
    }

    /** Lower-case hexadecimal SHA-256 of a file. */
    public static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private static Path repository() throws IOException {
        var folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IOException("tests run inside the repository");
        }
        return folder;
    }
}
