package io.coppice.server;

import io.coppice.foundation.role.SiteConfig;
import io.coppice.server.settings.DataFolder;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;

/** What happens between Quarkus being up and its end: the roles are started, then it waits until it is told to stop. */
@Singleton
public final class ServerApplication implements QuarkusApplication {
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
        supervisor.start((name, took) -> journal.step(name.longName(), took));
        journal.step(StartJournal.READY, Duration.ZERO);
        Quarkus.waitForExit();
        return 0;
    }

    void stop(@Observes ShutdownEvent event) {
        supervisor.stop();
    }
}
