package io.coppice.node.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The sample guest: a 17 MB disk that boots to SSH in seconds and listens to the power button. */
public final class GuestImage {
    /** What the guest writes to its console once it listens to the power button. */
    public static final String READY = "coppice: ready";

    private static final long BUILD_LIMIT_SECONDS = 600;

    private GuestImage() {}

    /** The image's file, made from Debian packages when it is not there yet. */
    public static synchronized Path file() throws IOException, InterruptedException {
        var given = System.getenv("COPPICE_SAMPLE_IMAGE");
        if (given != null) {
            return Path.of(given);
        }
        var folder = Files.createDirectories(Repository.root().resolve("node-controller/target/sample-image"));
        var image = folder.resolve("disk.qcow2");
        if (!Files.exists(image)) {
            Repository.run(
                    folder.resolve("build.out"),
                    BUILD_LIMIT_SECONDS,
                    "deploy/sample-image/build.sh",
                    folder.toString());
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
}
