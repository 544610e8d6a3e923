package io.coppice.ebs.transfer;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.foundation.id.ResourceId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Disks in layers. Thread-safe. */
public record LayerDisks(Layers layers, DiskKeys keys) implements StoredDisks {
    @Override
    public Optional<StoredDisk> find(ResourceId id) throws IOException {
        return layers.find(id).map(layer -> new LayerDisk(id, layer, keys));
    }

    private record LayerDisk(ResourceId id, Path layer, DiskKeys keys) implements StoredDisk {
        @Override
        public long sizeBytes() throws IOException {
            return Layers.sizeBytes(layer);
        }

        @Override
        public boolean isEncrypted() throws IOException {
            return Layers.isEncrypted(layer);
        }

        @Override
        public Optional<DiskKey> key() throws IOException {
            return keys.of(id);
        }

        @Override
        public List<String> asSource() {
            // The storage daemons of volumes made from it have it open too.
            return List.of("-U", "-f", DiskFormat.QCOW2.driver(), layer.toString());
        }

        @Override
        public List<String> asTarget() throws IOException {
            return QemuImg.target(layer, key().isPresent());
        }

        @Override
        public void sync() throws IOException {
            try (var channel = FileChannel.open(layer, StandardOpenOption.WRITE)) {
                channel.force(true);
            } catch (NoSuchFileException e) {
                throw new UnusableDiskException("the volume is gone");
            }
        }
    }
}
