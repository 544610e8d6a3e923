package io.coppice.foundation.pki;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Who a certificate speaks for. It stands in the certificate as a URI subject alternative name,
 * {@code coppice://KIND/NAME}; host names play no part, since roles move between machines.
 *
 * @param kind what the party is
 * @param name which one of its kind: a zone, a node id, or a host; letters, digits, dots and dashes, 1 to 63
 */
public record PeerIdentity(PeerKind kind, String name) {
    private static final String SCHEME = "coppice://";
    private static final int URI_NAME = 6;

    public PeerIdentity {
        if (!name.matches("[A-Za-z0-9.-]{1,63}")) {
            throw new IllegalArgumentException("not a peer name: " + name);
        }
    }

    /** The identity as it stands in a certificate. */
    public String uri() {
        return SCHEME + kind.text() + "/" + name;
    }

    /** Reads the identity out of a certificate; empty when the certificate is not one of ours. */
    public static Optional<PeerIdentity> of(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            return names.stream()
                    .filter(name -> name.getFirst() instanceof Integer type && type == URI_NAME)
                    .flatMap(name -> parse(name).stream())
                    .findFirst();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    private static Optional<PeerIdentity> parse(List<?> subjectAlternativeName) {
        var uri = String.valueOf(subjectAlternativeName.get(1));
        var slash = uri.lastIndexOf('/');
        if (!uri.startsWith(SCHEME) || slash < SCHEME.length()) {
            return Optional.empty();
        }
        var kind = uri.substring(SCHEME.length(), slash);
        return Arrays.stream(PeerKind.values())
                .filter(each -> each.text().equals(kind))
                .map(each -> new PeerIdentity(each, uri.substring(slash + 1)))
                .findFirst();
    }

    @Override
    public String toString() {
        return kind.text() + "/" + name;
    }
}
