package io.coppice.node.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.proto.compute.v1.DesiredInstance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a real host: one folder per instance. What is desired survives a power cut; progress may lose its newest
 * write, and never leaves half a file.
 */
public final class InstanceFiles implements InstanceMemory {
    private static final Logger LOG = Logger.getLogger(InstanceFiles.class);
    private static final String DESIRED_FILE = "desired.pb";
    private static final String PROGRESS_FILE = "progress";
    private static final String FROZEN_FILE = "frozen";
    private static final String CONSOLE_FILE = "console.log";

    private final Path instancesFolder;

    /** Opens the memory in this folder, which is made when it is missing. */
    public InstanceFiles(Path instancesFolder) throws IOException {
        this.instancesFolder = Files.createDirectories(instancesFolder);
    }

    @Override
    public List<InstanceId> instances() throws IOException {
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

    @Override
    public Optional<DesiredInstance> desired(InstanceId instance) throws IOException {
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

    @Override
    public void keep(DesiredInstance desired) throws IOException {
        NodeFiles.replace(folder(new InstanceId(desired.getInstanceId())).resolve(DESIRED_FILE), desired.toByteArray());
    }

    @Override
    public Progress progress(InstanceId instance) throws IOException {
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

    @Override
    public void keep(InstanceId instance, Progress progress) throws IOException {
        var line = progress.startedGeneration() + " " + progress.hostBoot() + " " + progress.reboots() + "\n";
        NodeFiles.replaceUnforced(folder(instance).resolve(PROGRESS_FILE), line.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void forceProgress(InstanceId instance) throws IOException {
        NodeFiles.force(folder(instance).resolve(PROGRESS_FILE));
    }

    @Override
    public boolean isFrozen(InstanceId instance) {
        return Files.exists(folder(instance).resolve(FROZEN_FILE));
    }

    @Override
    public void keepFrozen(InstanceId instance, boolean frozen) throws IOException {
        var file = folder(instance).resolve(FROZEN_FILE);
        if (frozen) {
            Files.write(file, new byte[0]);
        } else {
            Files.deleteIfExists(file);
        }
    }

    @Override
    public Path consoleLog(InstanceId instance) {
        return folder(instance).resolve(CONSOLE_FILE);
    }

    @Override
    public Console console(InstanceId instance, int maxBytes) throws IOException {
        var file = consoleLog(instance);
        return Files.exists(file)
                ? new Console(
                        tail(file, maxBytes), Files.getLastModifiedTime(file).toMillis())
                : Console.EMPTY;
    }

    private static ByteString tail(Path file, int maxBytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var from = Math.max(0, channel.size() - maxBytes);
            var buffer = ByteBuffer.allocate((int) (Math.max(channel.size(), from) - from));
            var position = from;
            while (buffer.hasRemaining()) {
                var read = channel.read(buffer, position);
                if (read < 0) {
                    break;
                }
                position += read;
            }
            return ByteString.copyFrom(buffer.flip());
        }
    }

    @Override
    public void remove(InstanceId instance) throws IOException {
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
