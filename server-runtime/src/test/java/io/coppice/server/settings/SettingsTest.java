package io.coppice.server.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.server.OperatorException;
import io.smallrye.config.WithDefault;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken: a cloud would forget its ports, two clouds would fight over one, or a secret in the file would be readable. */
final class SettingsTest {
    @TempDir
    private Path temporary;

    @Test
    void whatIsSavedIsLoaded() throws Exception {
        var folder = new DataFolder(temporary);
        var saved = new Settings(new LinkedHashMap<>(Map.of(Settings.JOIN_TOKEN, "a=b\\c", Settings.ROLES, "nc")));

        saved.save(folder);

        assertEquals(saved.values(), Settings.load(folder).orElseThrow().values());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.settings())));
    }

    @Test
    void noFileIsNoCloud() {
        assertEquals(Optional.empty(), Settings.load(new DataFolder(temporary)));
    }

    @Test
    void defaultsAreThoseOfTheRoles() throws Exception {
        for (var entry : Defaults.ENDPOINTS.entrySet()) {
            var name = entry.getKey().substring("coppice.endpoints.".length());
            var theirs = SiteConfig.Endpoints.class.getMethod(name).getAnnotation(WithDefault.class);
            assertEquals(theirs.value(), entry.getValue(), entry.getKey());
        }
        assertEquals(
                SiteConfig.class
                        .getMethod("region")
                        .getAnnotation(WithDefault.class)
                        .value(),
                Defaults.REGION);
        assertEquals(
                SiteConfig.class
                        .getMethod("zone")
                        .getAnnotation(WithDefault.class)
                        .value(),
                Defaults.zone(Defaults.REGION));
    }

    @Test
    void rolesComeInTheOrderTheyStart() {
        assertEquals(
                List.of(RoleName.CLOUD_CONTROLLER, RoleName.WALRUS),
                with(Settings.ROLES, "walrus, clc").roles());
        assertThrows(
                OperatorException.class, () -> with(Settings.ROLES, "clc,dns").roles());
    }

    @Test
    void beyondLoopbackUsersSpeakHttps() {
        assertEquals(
                "http://127.0.0.1:8773", with(Settings.API, "127.0.0.1:8773").endpointUrl());
        assertEquals(
                "https://192.0.2.1:8773", with(Settings.API, "192.0.2.1:8773").endpointUrl());
        var insecure = with(Settings.API, "192.0.2.1:8773").with(Map.of(Settings.INSECURE, "true"));
        assertEquals("http://192.0.2.1:8773", insecure.endpointUrl());
    }

    @Test
    void aTakenPortIsPassedOver() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName(Loopback.ADDRESS));
                var claims = PortClaims.in(temporary)) {
            var ports = new PortChooser(claims);
            var chosen = ports.choose(Loopback.ADDRESS, taken.getLocalPort());
            assertTrue(chosen != taken.getLocalPort() && chosen > 0);
            assertFalse(PortChooser.isFree(Loopback.ADDRESS, taken.getLocalPort()));
        }
    }

    @Test
    void noPortIsGivenTwice() {
        int first;
        try (var claims = PortClaims.in(temporary);
                var ofAnother = PortClaims.in(temporary)) {
            first = new PortChooser(claims).choose(Loopback.ADDRESS, 0);
            assertTrue(first > 0);
            assertTrue(new PortChooser(claims).choose(Loopback.ADDRESS, first) != first);
            assertTrue(new PortChooser(ofAnother).choose(Loopback.ADDRESS, first) != first);
        }
        try (var claims = PortClaims.in(temporary)) {
            assertEquals(first, new PortChooser(claims).choose(Loopback.ADDRESS, first));
        }
    }

    @Test
    void aNewCloudGetsNoPortOfOneThatIsJustStartingAgain() throws Exception {
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(Loopback.ADDRESS))) {
            free = socket.getLocalPort();
        }
        try (var claims = PortClaims.in(temporary);
                var ofAnother = PortClaims.in(temporary)) {
            claims.claimAll(with(Settings.API, "127.0.0.1:" + free)
                    .with(Map.of(Settings.ROLES, "clc", Settings.CLOUD, "127.0.0.1:" + free)));
            assertTrue(new PortChooser(ofAnother).choose(Loopback.ADDRESS, free) != free);
        }
    }

    @Test
    void guestsGetARangeThatNothingUses() {
        var candidates = List.of("172.31.0.0/16", "172.30.0.0/16", "10.213.0.0/16");
        assertEquals(
                Optional.of("172.30.0.0/16"),
                Ipv4Range.firstFree(
                        candidates, List.of(Ipv4Range.parse("172.31.7.9/24"), Ipv4Range.parse("10.0.0.1/8"))));
        assertEquals(Optional.empty(), Ipv4Range.firstFree(candidates, List.of(Ipv4Range.parse("0.0.0.0/0"))));
        assertEquals("172.31.255.3", Ipv4Range.parse("172.31.0.0/16").address(255 * 256 + 3));
        assertThrows(IllegalArgumentException.class, () -> Ipv4Range.parse("172.31.0.0"));
        assertThrows(IllegalArgumentException.class, () -> Ipv4Range.parse("300.0.0.0/8"));
    }

    @Test
    void theFolderIsTheOneTold() {
        assertEquals(
                "/a",
                DataFolder.resolve(Optional.of(Path.of("/a")), Map.of("COPPICE_DATA", "/b"), true)
                        .toString());
        assertEquals(
                "/b",
                DataFolder.resolve(Optional.empty(), Map.of("COPPICE_DATA", "/b"), true)
                        .toString());
        assertEquals(
                "/var/lib/coppice",
                DataFolder.resolve(Optional.empty(), Map.of(), true).toString());
        assertEquals(
                "/home/u/.local/share/coppice",
                DataFolder.resolve(Optional.empty(), Map.of("HOME", "/home/u"), false)
                        .toString());
    }

    private static Settings with(String key, String value) {
        return new Settings(new LinkedHashMap<>(Map.of(key, value)));
    }
}
