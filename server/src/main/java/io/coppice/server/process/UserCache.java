package io.coppice.server.process;

import java.nio.file.Files;
import java.nio.file.Path;

/** Who runs this process, and where that user keeps what can be made again. */
public final class UserCache {
    private UserCache() {}

    /** {@code $XDG_CACHE_HOME/coppice}, else {@code ~/.cache/coppice}, else a folder under the temporary one. */
    public static Path folder() {
        var xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        if (!xdg.isBlank()) {
            return Path.of(xdg, "coppice");
        }
        var home = Path.of(System.getProperty("user.home", "/nonexistent"));
        return Files.isWritable(home)
                ? home.resolve(".cache/coppice")
                : Path.of(System.getProperty("java.io.tmpdir"), "coppice-cache-" + System.getProperty("user.name"));
    }

    /** Whether this process may do what only root may. */
    public static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
