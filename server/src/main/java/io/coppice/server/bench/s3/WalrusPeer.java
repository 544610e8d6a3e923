package io.coppice.server.bench.s3;

import io.coppice.server.bench.BenchCloud;
import io.coppice.server.cli.Credentials;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Walrus within a cloud that was made for the measurement. It idles while a peer is measured; a cloud takes long to start. */
final class WalrusPeer implements S3Peer {
    private final BenchCloud cloud;

    WalrusPeer(BenchCloud cloud) {
        this.cloud = cloud;
    }

    @Override
    public String name() {
        return "walrus";
    }

    @Override
    public S3Connection.Target start() {
        var settings = cloud.settings();
        var credentials = Credentials.read(cloud.folder());
        return new S3Connection.Target(
                URI.create(settings.s3Url()),
                settings.value(Settings.REGION, "us-east-1"),
                credentials.accessKeyId(),
                credentials.secretAccessKey());
    }

    @Override
    public List<Long> pids() {
        var pids = new ArrayList<>(List.of(cloud.pid()));
        var postmaster = cloud.folder().postgres().resolve("data").resolve("postmaster.pid");
        try (var lines = Files.lines(postmaster)) {
            lines.findFirst().map(line -> Long.valueOf(line.strip())).ifPresent(pids::add);
        } catch (IOException e) {
            // A database elsewhere: its processor time is not ours to see.
            return pids;
        }
        return pids;
    }

    @Override
    public void stop() {
        // It idles.
    }

    @Override
    public void close() {
        cloud.close();
    }
}
