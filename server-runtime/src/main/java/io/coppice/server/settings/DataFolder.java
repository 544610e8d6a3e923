package io.coppice.server.settings;

import io.coppice.server.OperatorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * The one folder in which a cloud lives: its settings, keys, data, logs and what is running. Names every path in it, so
 * that no two classes spell one differently.
 *
 * @param root absolute and normalised
 */
public record DataFolder(Path root) {
    private static final String SYSTEM_WIDE = "/var/lib/coppice";
    private static final int HASH_DIGITS = 4;

    public DataFolder {
        root = root.toAbsolutePath().normalize();
    }

    /**
     * The folder a command means: what it was told, else {@code COPPICE_DATA}, else {@code /var/lib/coppice} for root and
     * {@code ~/.local/share/coppice} for everyone else.
     */
    public static DataFolder resolve(Optional<Path> told, Map<String, String> environment, boolean root) {
        if (told.isPresent()) {
            return new DataFolder(told.get());
        }
        var fromEnvironment = environment.getOrDefault("COPPICE_DATA", "");
        if (!fromEnvironment.isBlank()) {
            return new DataFolder(Path.of(fromEnvironment));
        }
        return new DataFolder(root ? Path.of(SYSTEM_WIDE) : home(environment).resolve(".local/share/coppice"));
    }

    /** The user's home folder, {@code /} when there is none. */
    static Path home(Map<String, String> environment) {
        return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/")));
    }

    /** Makes the folder for its owner alone when there is none. */
    public void create() {
        try {
            if (Files.isDirectory(root)) {
                if (!Files.isWritable(root)) {
                    throw new OperatorException(
                            "the data folder " + root + " cannot be written to by this user",
                            "Make it writable, run as its owner, or name another one with --data DIR.");
                }
                return;
            }
            var parent = root.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        } catch (FileAlreadyExistsException e) {
            throw new OperatorException(root + " is not a folder", "Name another one with --data DIR.", e);
        } catch (AccessDeniedException e) {
            throw new OperatorException(
                    "cannot make the data folder " + root + ": permission denied",
                    "Name one that you may write to with --data DIR.",
                    e);
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot make the data folder " + root + ": " + e.getMessage(),
                    "Name one that you may write to with --data DIR.",
                    e);
        }
    }

    /** What {@code up} chose and what a person changed. */
    public Path settings() {
        return root.resolve("config/coppice.properties");
    }

    /** The user's access key, two lines for a shell; readable by its owner only. */
    public Path credentials() {
        return root.resolve("credentials");
    }

    /** The access key of the cloud's own account, in the same form. */
    public Path systemCredentials() {
        return root.resolve("system-credentials");
    }

    /** The secret that lets the command line ask the server about the whole cloud. */
    public Path operatorToken() {
        return root.resolve("operator-token");
    }

    /** Holds the image id of the sample image once it is registered. */
    public Path sampleImageId() {
        return root.resolve("sample-image");
    }

    /** The certificate of the cloud's own authority, for clients that speak HTTPS to it. */
    public Path authorityCertificate() {
        return root.resolve("pki/ca/ca.pem");
    }

    /** Log files, one per role and one with everything. */
    public Path logs() {
        return root.resolve("logs");
    }

    /** What is only true while processes run: pid file, lock, progress. */
    public Path run() {
        return root.resolve("run");
    }

    /** The embedded PostgreSQL's data, password and versions. */
    public Path postgres() {
        return root.resolve("postgres");
    }

    /** The private libvirtd's folder. */
    public Path libvirt() {
        return root.resolve("libvirt");
    }

    /** The hosts in namespaces, one folder each. */
    public Path hosts() {
        return root.resolve("hosts");
    }

    /** Four hexadecimal digits that set this cloud's names on the machine apart from another cloud's. */
    public String shortName() {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256").digest(root.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
