package io.coppice.server;

import io.coppice.foundation.role.SiteConfig;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** What happens between Quarkus being up and its end: the roles are started, then it waits until it is told to stop. */
@Singleton
public final class ServerApplication implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(ServerApplication.class);
    private static final int RENEWAL_HOURS = 12;

    private final ScheduledExecutorService renewal = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("https-certificate").factory());
    private final RoleSupervisor supervisor;
    private final StartJournal journal;
    private final DataFolder folder;
    private final HttpServer http;

    public ServerApplication(RoleSupervisor supervisor, SiteConfig site, HttpServer http) {
        this.supervisor = supervisor;
        this.folder = new DataFolder(site.dataDir());
        this.journal = new StartJournal(folder);
        this.http = http;
    }

    @Override
    public int run(String... arguments) throws IOException {
        var sinceStart = ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()))
                .orElse(Duration.ZERO);
        journal.step("process", sinceStart);
        Files.writeString(folder.run().resolve("http-port"), Integer.toString(http.getPort()));
        keepCertificate();
        supervisor.start((name, took) -> journal.step(name.longName(), took));
        journal.step(StartJournal.READY, Duration.ZERO);
        Quarkus.waitForExit();
        return 0;
    }

    /** Renews the certificate of the users' door while it is open; the door reads it again every hour. */
    private void keepCertificate() {
        var settings = Settings.load(folder).filter(CoppiceServer::needsApiCertificate);
        settings.ifPresent(present ->
                renewal.scheduleAtFixedRate(() -> renew(present), RENEWAL_HOURS, RENEWAL_HOURS, TimeUnit.HOURS));
    }

    private void renew(Settings settings) {
        try {
            ApiCertificate.open(folder, settings, Clock.systemUTC());
        } catch (OperatorException e) {
            LOG.warnf("the HTTPS certificate is not renewed: %s. %s", e.getMessage(), e.fix());
        }
    }

    void stop(@Observes ShutdownEvent event) {
        renewal.shutdownNow();
        supervisor.stop();
    }
}
