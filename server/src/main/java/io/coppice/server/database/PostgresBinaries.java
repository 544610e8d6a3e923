package io.coppice.server.database;

import io.coppice.server.OperatorException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked once per user from the archive on the class path and shared by all clouds of that user.
 * A folder under the final name is always whole: it is unpacked beside and renamed. Safe against other processes.
 */
public final class PostgresBinaries {
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

    private PostgresBinaries() {}

    /** The folder that holds {@code bin/postgres}; unpacks it under {@code cache} when it is not there yet. */
    public static Path unpackedUnder(Path cache) {
        var archive = PostgresBinaries.class.getResource(ARCHIVE);
        if (archive == null) {
            throw new OperatorException(
                    "this build has no PostgreSQL for this machine",
                    "Use a PostgreSQL of your own: up --database jdbc:postgresql://HOST/NAME.");
        }
        try {
            var target = cache.resolve("postgresql-" + fingerprint(archive));
            if (Files.isExecutable(target.resolve("bin/postgres"))) {
                return target;
            }
            Files.createDirectories(cache);
            var draft = Files.createTempDirectory(cache, "unpacking-");
            try {
                unpack(archive, draft);
                Files.move(draft, target);
            } catch (FileSystemException e) {
                // Another process may have been faster; then its folder is as good as ours.
                if (!Files.isExecutable(target.resolve("bin/postgres"))) {
                    throw e;
                }
            } finally {
                removeTree(draft);
            }
            return target;
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot unpack PostgreSQL under " + cache + ": " + e.getMessage(),
                    "Make room (80 MB) and the folder writable.",
                    e);
        }
    }

    /** Tells one build of the archive from another without reading it: the checksum stands in the jar's directory. */
    private static String fingerprint(URL archive) throws IOException {
        if (archive.openConnection() instanceof JarURLConnection connection) {
            return Long.toHexString(connection.getJarEntry().getCrc());
        }
        return "unpacked";
    }

    private static void unpack(URL archive, Path target) throws IOException {
        try (var stream = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive.openStream())))) {
            for (TarArchiveEntry entry = stream.getNextEntry(); entry != null; entry = stream.getNextEntry()) {
                var path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("entry outside the archive: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.resolve(".."));
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                    continue;
                }
                Files.copy(stream, path);
                var executable = (entry.getMode() & 0100) != 0;
                Files.setPosixFilePermissions(
                        path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    private static void removeTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
