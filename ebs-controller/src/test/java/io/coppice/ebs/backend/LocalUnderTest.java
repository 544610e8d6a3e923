package io.coppice.ebs.backend;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.serve.QemuVolumeServer;
import io.coppice.ebs.transfer.QemuImg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Layers in the folder {@code v}, daemons in the folder {@code r}. */
record LocalUnderTest(Layers layers, QemuVolumeServer server, LocalVolumeBackend backend) implements BackendUnderTest {
    static LocalUnderTest start(Path folder, DiskKeys keys, LocalVolumeBackend.Limits limits) throws IOException {
        return start(folder, keys, limits, true);
    }

    /** @param writesThrough whether daemons acknowledge a write only once it is on the disk */
    static LocalUnderTest start(Path folder, DiskKeys keys, LocalVolumeBackend.Limits limits, boolean writesThrough)
            throws IOException {
        var layers = new Layers(folder.resolve("v"));
        var server = new QemuVolumeServer(folder.resolve("r"), layers, keys, Optional.empty(), writesThrough);
        var encryption = new LayerEncryption(layers, keys, new QemuImg(Duration.ofMinutes(5))::encrypt, 2);
        return new LocalUnderTest(layers, server, new LocalVolumeBackend(layers, server, encryption, limits));
    }

    @Override
    public void stop() {
        server.close();
    }

    @Override
    public List<String> left() throws IOException {
        try (var files = Files.list(layers.folder())) {
            return files.map(Path::toString).toList();
        }
    }
}
