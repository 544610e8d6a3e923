package io.coppice.node.network.vpc;

import com.google.protobuf.ByteString;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What this host was told of one VPC, in a folder, so that guests' networks are put right after a restart before anybody speaks.
 * Not thread-safe.
 */
public final class VpcFiles {
    private static final String VPC = "vpc";
    private static final String INTERFACES = "interfaces";
    private static final String INSTANCES = "instances";
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path folder;

    public VpcFiles(Path folder) {
        this.folder = folder;
    }

    /** A folder for what else belongs to the VPC. */
    public Path folder() {
        return folder;
    }

    Optional<Vpc> vpc() throws IOException {
        var file = folder.resolve(VPC);
        return Files.exists(file) ? Optional.of(Vpc.parseFrom(Files.readAllBytes(file))) : Optional.empty();
    }

    void keep(Vpc vpc) throws IOException {
        write(VPC, vpc::writeTo);
    }

    Optional<EndpointUpdate> interfaces() throws IOException {
        var file = folder.resolve(INTERFACES);
        return Files.exists(file) ? Optional.of(EndpointUpdate.parseFrom(Files.readAllBytes(file))) : Optional.empty();
    }

    void keep(EndpointUpdate all) throws IOException {
        write(INTERFACES, all::writeTo);
    }

    /** Guests of this host with their interfaces in the VPC; nothing else of them is set. */
    List<DesiredInstance> instances() throws IOException {
        var file = folder.resolve(INSTANCES);
        var instances = new ArrayList<DesiredInstance>();
        if (Files.exists(file)) {
            try (var stream = Files.newInputStream(file)) {
                for (var each = DesiredInstance.parseDelimitedFrom(stream);
                        each != null;
                        each = DesiredInstance.parseDelimitedFrom(stream)) {
                    instances.add(each);
                }
            }
        }
        return instances;
    }

    /** An instance as {@link #keep(Collection)} writes it. */
    static ByteString encoded(DesiredInstance instance) {
        var bytes = ByteString.newOutput();
        try {
            instance.writeDelimitedTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory has no errors of its own", e);
        }
        return bytes.toByteString();
    }

    void keep(Collection<ByteString> instances) throws IOException {
        write(INSTANCES, stream -> {
            for (var each : instances) {
                each.writeTo(stream);
            }
        });
    }

    private interface Content {
        void writeTo(OutputStream stream) throws IOException;
    }

    private void write(String name, Content content) throws IOException {
        Files.createDirectories(folder);
        var unfinished = folder.resolve(name + ".new");
        try (var stream = new BufferedOutputStream(Files.newOutputStream(unfinished), BUFFER_BYTES)) {
            content.writeTo(stream);
        }
        Files.move(
                unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Forgets everything. */
    void remove() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }
}
