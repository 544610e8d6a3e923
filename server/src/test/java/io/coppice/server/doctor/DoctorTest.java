package io.coppice.server.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.server.OperatorException;
import io.coppice.server.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Broken: the doctor would call a sick cloud well, or name a problem without a fix. */
final class DoctorTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Settings REAL = new Settings(new LinkedHashMap<>(Map.of(Settings.BRIDGE, "cop-1234")));

    @Test
    void aHealthyCloudHasNoProblem() {
        var findings = new Doctor(new Machine(), Optional.of(REAL)).examine();
        assertTrue(findings.stream().allMatch(Finding::good), findings.toString());
    }

    @Test
    void everyProblemIsFoundAndHasAFix() throws Exception {
        var sick = new Machine();
        sick.java = 17;
        sick.root = false;
        sick.missing = List.of("qemu-img");
        sick.disk = 1;
        sick.memory = 1;
        sick.clock = Optional.of(false);
        sick.writable = false;
        sick.settings = Optional.of(new OperatorException("the key x is not known", "Write y."));
        sick.external = Optional.of(false);
        sick.authority = Optional.of(NOW.plus(Duration.ofDays(3)));
        sick.postgres = Optional.of(false);
        sick.libvirt = false;
        sick.sample = Optional.empty();
        sick.status = Optional.of(
                new ObjectMapper()
                        .readTree(
                                "{\"roles\":{\"cluster-controller\":{\"ready\":false,\"summary\":\"no\",\"details\":{\"hosts-up\":\"0\"}}}}"));

        var findings = new Doctor(sick, Optional.of(REAL)).examine();

        var problems = findings.stream().filter(finding -> !finding.good()).toList();
        assertEquals(
                List.of(
                        "java",
                        "privileges",
                        "packages",
                        "data folder",
                        "disk",
                        "memory",
                        "clock",
                        "settings",
                        "certificate authority",
                        "database",
                        "postgresql",
                        "cluster-controller",
                        "hosts",
                        "libvirt",
                        "sample image"),
                problems.stream().map(Finding::check).toList());
        assertTrue(problems.stream().noneMatch(finding -> finding.fix().isBlank()), problems.toString());
    }

    @Test
    void aServerThatDiedIsToldFromOneThatWasStopped() {
        var machine = new Machine();
        machine.pid = Optional.empty();
        machine.stale = true;
        machine.owner = Optional.of("nginx (pid 7)");
        machine.bridge = true;

        var findings = new Doctor(machine, Optional.of(REAL)).examine();

        assertTrue(findings.stream().anyMatch(finding -> finding.seen().contains("without being asked")));
        assertTrue(findings.stream().anyMatch(finding -> finding.seen().contains("nginx (pid 7)")));
        assertTrue(findings.stream().anyMatch(finding -> finding.check().equals("bridge") && !finding.good()));
    }

    @Test
    void aHostWithoutAWayIntoTheSitesNetworkIsFound() {
        var settings =
                new Settings(new LinkedHashMap<>(Map.of(Settings.NETWORK_MODE, "STATIC", Settings.UPLINK, "eth7")));
        var machine = new Machine();
        var missing = new Doctor(machine, Optional.of(settings)).examine();
        assertTrue(
                missing.stream()
                        .anyMatch(finding -> finding.check().equals("network")
                                && !finding.good()
                                && finding.seen().contains("eth7")),
                missing.toString());
        machine.bridge = true;
        assertTrue(new Doctor(machine, Optional.of(settings))
                .examine().stream().anyMatch(finding -> finding.check().equals("network") && finding.good()));
    }

    @Test
    void aClockBeforeTheCloudsBeginIsFoundWithoutATimeService() {
        var machine = new Machine();
        machine.clock = Optional.empty();
        machine.begin = NOW.plus(Duration.ofHours(1));
        var findings = new Doctor(machine, Optional.of(REAL)).examine();
        assertTrue(
                findings.stream().anyMatch(finding -> finding.check().equals("clock") && !finding.good()),
                findings.toString());
    }

    @Test
    void withoutACloudItSaysHowToMakeOne() {
        var last = new Doctor(new Machine(), Optional.empty()).examine().getLast();
        assertFalse(last.good());
        assertTrue(last.fix().contains("coppice up"));
    }

    /** A machine where all is well until a test makes something worse. */
    private static final class Machine implements Probes {
        private int java = 25;
        private boolean root = true;
        private List<String> missing = List.of();
        private long disk = 1L << 40;
        private long memory = 1L << 33;
        private Optional<Boolean> clock = Optional.of(true);
        private Optional<Long> pid = Optional.of(42L);
        private boolean stale;
        private Optional<JsonNode> status;
        private Optional<Boolean> postgres = Optional.of(true);
        private boolean libvirt = true;
        private Optional<String> owner = Optional.empty();
        private Optional<Instant> authority = Optional.of(NOW.plus(Duration.ofDays(3000)));
        private boolean bridge;
        private Optional<Boolean> external = Optional.empty();
        private Optional<OperatorException> settings = Optional.empty();
        private boolean writable = true;
        private Instant begin = NOW.minus(Duration.ofDays(1));
        private Optional<String> sample = Optional.of("ami-1");

        Machine() {
            try {
                status = Optional.of(new ObjectMapper().readTree("{\"roles\":{}}"));
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public int javaVersion() {
            return java;
        }

        @Override
        public boolean root() {
            return root;
        }

        @Override
        public List<String> missingPrograms() {
            return missing;
        }

        @Override
        public boolean kvmDevice() {
            return false;
        }

        @Override
        public long freeDiskBytes() {
            return disk;
        }

        @Override
        public long availableMemoryBytes() {
            return memory;
        }

        @Override
        public Optional<Boolean> clockSynchronized() {
            return clock;
        }

        @Override
        public Instant now() {
            return NOW;
        }

        @Override
        public Optional<Long> serverPid() {
            return pid;
        }

        @Override
        public boolean stalePidFile() {
            return stale;
        }

        @Override
        public Optional<JsonNode> status() {
            return status;
        }

        @Override
        public Optional<Boolean> postgres() {
            return postgres;
        }

        @Override
        public Optional<Boolean> externalDatabase() {
            return external;
        }

        @Override
        public Optional<OperatorException> settingsProblem() {
            return settings;
        }

        @Override
        public boolean folderWritable() {
            return writable;
        }

        @Override
        public Optional<Instant> authorityBegin() {
            return Optional.of(begin);
        }

        @Override
        public boolean libvirt() {
            return libvirt;
        }

        @Override
        public Optional<String> portOwner(String endpointKey) {
            return owner;
        }

        @Override
        public Optional<Instant> authorityEnd() {
            return authority;
        }

        @Override
        public boolean device(String name) {
            return bridge;
        }

        @Override
        public Optional<String> sampleImage() {
            return sample;
        }
    }
}
