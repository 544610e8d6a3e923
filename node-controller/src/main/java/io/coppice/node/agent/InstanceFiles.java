package io.coppice.node.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.node.agent.HostDrivers.Durability;
import io.coppice.proto.compute.v1.DesiredInstance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What an agent remembers of its instances over a restart: one folder per instance. What is desired survives
 * a power cut; progress may lose its newest write, and never leaves half a file. Thread-safe for different instances.
 */
final class InstanceFiles {
    private static final Logger LOG = Logger.getLogger(InstanceFiles.class);
    private static final String DESIRED_FILE = "desired.pb";
    private static final String PROGRESS_FILE = "progress";
    private static final String CONSOLE_FILE = "console.log";

    private final Path instancesFolder;
    private final Durability durability;

    InstanceFiles(Path instancesFolder, Durability durability) throws IOException {
        this.instancesFolder = Files.createDirectories(instancesFolder);
        this.durability = durability;
    }

    /**
     * How far this host has come with an instance.
     *
     * @param startedGeneration the last generation whose guest was seen running, 0 when there was none
     * @param hostBoot the host's own start during which that was, empty when there was none
     * @param reboots the highest reboot count that was carried out
     */
    record Progress(long startedGeneration, String hostBoot, long reboots) {
        static final Progress NONE = new Progress(0, "", 0);

        /** Whether a guest ever ran, so that the disk holds a user's data. */
        boolean hasRun() {
            return startedGeneration > 0;
        }

        Progress withReboots(long count) {
            return new Progress(startedGeneration, hostBoot, count);
        }

        Progress withStart(long generation, String boot) {
            return new Progress(generation, boot, reboots);
        }
    }

    /** Every instance that has a folder. */
    List<InstanceId> instances() throws IOException {
        var found = new ArrayList<InstanceId>();
        try (var folders = Files.newDirectoryStream(instancesFolder)) {
            for (var folder : folders) {
                try {
                    found.add(new InstanceId(folder.getFileName().toString()));
                } catch (MalformedIdException e) {
                    LOG.warnf("%s is not an instance's folder: left alone", folder);
                }
            }
        }
        return List.copyOf(found);
    }

    Optional<DesiredInstance> desired(InstanceId instance) throws IOException {
        var file = folder(instance).resolve(DESIRED_FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(DesiredInstance.parseFrom(Files.readAllBytes(file)));
        } catch (InvalidProtocolBufferException e) {
            LOG.warnf(e, "%s is damaged: waiting for the Cluster Controller to send it again", file);
            return Optional.empty();
        }
    }

    /** Returns once it is as durable as this host's files are. */
    void keep(DesiredInstance desired) throws IOException {
        var file = folder(new InstanceId(desired.getInstanceId())).resolve(DESIRED_FILE);
        switch (durability) {
            case POWER_CUT -> NodeFiles.replace(file, desired.toByteArray());
            case CRASH -> NodeFiles.replaceUnforced(file, desired.toByteArray());
        }
    }

    Progress progress(InstanceId instance) throws IOException {
        var file = folder(instance).resolve(PROGRESS_FILE);
        if (!Files.exists(file)) {
            return Progress.NONE;
        }
        var fields = Files.readString(file).strip().split(" ", -1);
        if (fields.length != 3) {
            LOG.warnf("%s is damaged: read as nothing", file);
            return Progress.NONE;
        }
        return new Progress(Long.parseLong(fields[0]), fields[1], Long.parseLong(fields[2]));
    }

    /** Survives a crash of the agent at once, and a power cut after {@link #forceProgress}. */
    void keep(InstanceId instance, Progress progress) throws IOException {
        var line = progress.startedGeneration() + " " + progress.hostBoot() + " " + progress.reboots() + "\n";
        NodeFiles.replaceUnforced(folder(instance).resolve(PROGRESS_FILE), line.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns once the last {@link #keep(InstanceId, Progress)} survives a power cut too, where files do at all. */
    void forceProgress(InstanceId instance) throws IOException {
        if (durability == Durability.POWER_CUT) {
            NodeFiles.force(folder(instance).resolve(PROGRESS_FILE));
        }
    }

    Path consoleLog(InstanceId instance) {
        return folder(instance).resolve(CONSOLE_FILE);
    }

    /** Removes the folder and all in it. Does nothing when there is none. */
    void remove(InstanceId instance) throws IOException {
        var folder = folder(instance);
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(each);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private Path folder(InstanceId instance) {
        return instancesFolder.resolve(instance.value());
    }
}
