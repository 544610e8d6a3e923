package io.coppice.server;

import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The certificate of the users' door, issued by the cloud's own authority and renewed 30 days before it ends. It names
 * the address it listens on, this machine's name and loopback, or every address of the machine when it listens on all.
 */
final class ApiCertificate {
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);

    private ApiCertificate() {}

    /** The certificate in {@code pki/api}, made or renewed as needed. */
    static ServerProperties.Certificate open(DataFolder folder, Settings settings, Clock clock) {
        var home = folder.root().resolve("pki/api");
        try {
            var names = names(settings.endpoint(Settings.API).host());
            settings.value(Settings.PUBLIC_URL).flatMap(ApiCertificate::host).ifPresent(names::add);
            var authority = CertificateAuthority.openOrCreate(folder.root().resolve("pki/ca"), clock);
            if (!usable(home, authority, names, clock)) {
                authority
                        .issue(new PeerIdentity(PeerKind.CLOUD_CONTROLLER, "api"), names)
                        .save(home);
            }
            return new ServerProperties.Certificate(home.resolve("certificate.pem"), home.resolve("key.pem"));
        } catch (IOException e) {
            throw new OperatorException(
                    "cannot make the HTTPS certificate in " + home + ": " + e.getMessage(),
                    "Make the data folder writable for this user.",
                    e);
        }
    }

    private static boolean usable(Path home, CertificateAuthority authority, Set<String> names, Clock clock)
            throws IOException {
        if (!TlsMaterial.exists(home)) {
            return false;
        }
        var present = TlsMaterial.load(home);
        return present.fits()
                && present.authority().equals(authority.certificate())
                && present.endsAt().isAfter(clock.instant().plus(RENEW_BEFORE))
                && present.hosts().containsAll(names);
    }

    private static Optional<String> host(String url) {
        try {
            return Optional.ofNullable(URI.create(url).getHost());
        } catch (IllegalArgumentException e) {
            throw new OperatorException(
                    Settings.PUBLIC_URL + " is not a URL: " + url, "Write it as https://host:port.", e);
        }
    }

    private static Set<String> names(String host) throws IOException {
        var names = new LinkedHashSet<String>();
        names.add("localhost");
        names.add("127.0.0.1");
        names.add(InetAddress.getLocalHost().getHostName());
        if (!host.equals("0.0.0.0")) {
            names.add(host);
            return names;
        }
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(Inet4Address.class::isInstance)
                .forEach(address -> names.add(address.getHostAddress()));
        return names;
    }
}
