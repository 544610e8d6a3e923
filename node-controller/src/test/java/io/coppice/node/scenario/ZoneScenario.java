package io.coppice.node.scenario;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test a zone of its own. */
abstract class ZoneScenario {
    @TempDir
    Path folder;

    ZoneFixture zone;

    @BeforeEach
    void openZone() throws IOException {
        zone = new ZoneFixture(folder);
    }

    @AfterEach
    void closeZone() throws Exception {
        zone.close();
    }
}
