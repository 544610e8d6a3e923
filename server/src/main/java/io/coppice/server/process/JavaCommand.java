package io.coppice.server.process;

import io.coppice.server.settings.DataFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How our own Java processes are started: the same runtime and class path as this one, sized for a small machine, with
 * the AOT cache (JEP 483, 514) when there is one that fits.
 */
public final class JavaCommand {
    private static final String JAR = "quarkus-run.jar";
    private static final String HEAP = "-Xmx256m";

    private JavaCommand() {}

    /** Environment variables for the server process: few malloc arenas, since each keeps what it once had. */
    public static Map<String, String> environment() {
        return Map.of("MALLOC_ARENA_MAX", "2");
    }

    /** The command line of the server process. */
    public static List<String> server(DataFolder folder) {
        var cache = aotCache();
        return server(folder, Files.isReadable(cache) ? List.of("-XX:AOTCache=" + cache) : List.of());
    }

    /** The command line of a server that writes the AOT cache to this file when it ends. */
    public static List<String> training(DataFolder folder, Path target) {
        return server(folder, List.of("-XX:AOTCacheOutput=" + target));
    }

    /** The command line of a program of this build that runs for a while beside the server. */
    public static List<String> tool(String mainClass, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+UseSerialGC", HEAP, "-cp", distribution().resolve(JAR).toString(), mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> server(DataFolder folder, List<String> aot) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Serial: smallest on two cores, and the collector the AOT cache's heap objects are kept for.
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                // A young generation sized by the machine's memory would be touched whole before its first collection.
                "-Xms64m",
                System.getenv().getOrDefault("COPPICE_HEAP", HEAP),
                "-XX:MinHeapFreeRatio=20",
                "-XX:MaxHeapFreeRatio=40",
                "-XX:+UseCompactObjectHeaders",
                "-XX:TrimNativeHeapInterval=30000",
                // The cache is mapped where it was made for: moved elsewhere, every page of it is patched and so
                // private.
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:ArchiveRelocationMode=0",
                "-XX:MaxDirectMemorySize=64m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Dio.netty.allocator.maxOrder=3"));
        command.addAll(aot);
        command.addAll(List.of("-jar", distribution().resolve(JAR).toString(), folder.toString()));
        return command;
    }

    /** Where the cache of this build lies. */
    public static Path aotCache() {
        return distribution().resolve("coppice.aot");
    }

    /** The folder with the jar that this process was started from. */
    public static Path distribution() {
        return Path.of(System.getProperty("coppice.distribution", "server/target/quarkus-app"))
                .toAbsolutePath();
    }

    /** The top of the source tree or of the installed package: where {@code deploy/} is. */
    public static Path home() {
        return Path.of(System.getProperty("coppice.home", ".")).toAbsolutePath().normalize();
    }
}
