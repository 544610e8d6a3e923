package io.coppice.server.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.server.OperatorException;
import io.coppice.server.cli.StatusClient;
import io.coppice.server.database.EmbeddedPostgres;
import io.coppice.server.process.BackgroundServer;
import io.coppice.server.process.HostCommand;
import io.coppice.server.process.UserCache;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.KnownKeys;
import io.coppice.server.settings.Settings;
import io.coppice.server.up.HypervisorChoice;
import io.coppice.server.up.PortOwner;
import io.coppice.server.up.SampleImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Looks at this machine and at the cloud in one folder. */
public final class MachineProbes implements Probes {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long KIB = 1024;
    private static final int POSTGRESQL_PORT = 5432;

    private final DataFolder folder;
    private final Optional<Settings> settings;
    private final Clock clock;

    public MachineProbes(DataFolder folder, Optional<Settings> settings, Clock clock) {
        this.folder = folder;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public int javaVersion() {
        return Runtime.version().feature();
    }

    @Override
    public boolean root() {
        return UserCache.isRoot();
    }

    @Override
    public List<String> missingPrograms() {
        return HypervisorChoice.PROGRAMS.stream()
                .filter(program -> !HostCommand.exists(program))
                .toList();
    }

    @Override
    public boolean kvmDevice() {
        return Files.isWritable(Path.of("/dev/kvm"));
    }

    @Override
    public long freeDiskBytes() {
        return existing().toFile().getUsableSpace();
    }

    @Override
    public boolean folderWritable() {
        return Files.isWritable(existing());
    }

    /** The data folder, or the nearest folder above it that is there. */
    private Path existing() {
        var existing = folder.root();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return existing;
    }

    @Override
    public long availableMemoryBytes() {
        try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public Optional<Boolean> clockSynchronized() {
        if (!Files.exists(Path.of("/run/systemd/system"))) {
            return Optional.empty();
        }
        var answer = HostCommand.run(LIMIT, "timedatectl", "show", "--property=NTPSynchronized", "--value");
        return answer.succeeded() ? Optional.of(answer.output().strip().equals("yes")) : Optional.empty();
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public Optional<Long> serverPid() {
        return new BackgroundServer(folder).pid();
    }

    @Override
    public boolean stalePidFile() {
        return new BackgroundServer(folder).left();
    }

    @Override
    public Optional<JsonNode> status() {
        try (var client = new StatusClient(folder, settings.orElseThrow())) {
            return client.status();
        }
    }

    @Override
    public Optional<Boolean> postgres() {
        var known = settings.orElseThrow();
        return known.needsDatabase() && known.value(Settings.DATABASE_URL).isEmpty()
                ? Optional.of(EmbeddedPostgres.of(folder).running().isPresent())
                : Optional.empty();
    }

    @Override
    public Optional<Boolean> externalDatabase() {
        return settings.orElseThrow().value(Settings.DATABASE_URL).map(MachineProbes::takesConnections);
    }

    /** The URL is {@code jdbc:postgresql://HOST[:PORT]/NAME} (PostgreSQL JDBC documentation, "Connecting"). */
    private static boolean takesConnections(String jdbcUrl) {
        try (var socket = new Socket()) {
            var uri = URI.create(jdbcUrl.replaceFirst("^jdbc:", ""));
            var port = uri.getPort() < 0 ? POSTGRESQL_PORT : uri.getPort();
            socket.connect(
                    new InetSocketAddress(String.valueOf(uri.getHost()), port), Math.toIntExact(LIMIT.toMillis()));
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public Optional<OperatorException> settingsProblem() {
        if (settings.isEmpty()) {
            return Optional.empty();
        }
        try {
            KnownKeys.ofThisVersion().check(settings.get(), folder.settings(), System.getenv());
            return Optional.empty();
        } catch (OperatorException e) {
            return Optional.of(e);
        }
    }

    @Override
    public boolean libvirt() {
        var uri = settings.orElseThrow().value(Settings.LIBVIRT_URI, "qemu:///system");
        return HostCommand.run(LIMIT, "virsh", "-q", "-c", uri, "version").succeeded();
    }

    @Override
    public Optional<String> portOwner(String endpointKey) {
        return PortOwner.of(settings.orElseThrow().endpoint(endpointKey).port());
    }

    @Override
    public Optional<Instant> authorityEnd() {
        // A certificate that cannot be read is as good as one that has ended.
        return authority(certificate -> certificate.getNotAfter().toInstant(), Instant.EPOCH);
    }

    @Override
    public Optional<Instant> authorityBegin() {
        return authority(certificate -> certificate.getNotBefore().toInstant(), Instant.EPOCH);
    }

    private Optional<Instant> authority(Function<X509Certificate, Instant> date, Instant unreadable) {
        try {
            if (!Files.exists(folder.authorityCertificate())) {
                return Optional.empty();
            }
            var pem = Files.readAllBytes(folder.authorityCertificate());
            var certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
            return certificate instanceof X509Certificate authority
                    ? Optional.of(date.apply(authority))
                    : Optional.empty();
        } catch (IOException | CertificateException e) {
            return Optional.of(unreadable);
        }
    }

    @Override
    public boolean device(String name) {
        return !name.isEmpty() && Files.exists(Path.of("/sys/class/net", name));
    }

    @Override
    public Optional<String> sampleImage() {
        return new SampleImage(folder).id();
    }
}
