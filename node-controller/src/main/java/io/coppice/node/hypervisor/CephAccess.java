package io.coppice.node.hypervisor;

import static io.coppice.node.hypervisor.DomainXml.open;
import static io.coppice.node.hypervisor.DomainXml.text;

import io.coppice.node.agent.NodeConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.libvirt.LibvirtException;

/**
 * What a host opens images of a Ceph cluster with. The key is kept here and in libvirt's memory, by libvirt's own call; it is in no
 * domain, argument or file but the operator's keyring. Immutable. Sources: https://libvirt.org/formatsecret.html#usage-type-ceph,
 * https://docs.ceph.com/en/pacific/rados/configuration/ceph-conf/.
 */
public final class CephAccess {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");

    private final String cluster;
    private final Path conf;
    private final String user;
    private final UUID secret;
    private final byte[] key;

    private CephAccess(String cluster, Path conf, String user, UUID secret, byte[] key) {
        this.cluster = cluster;
        this.conf = conf;
        this.user = user;
        this.secret = secret;
        this.key = key;
    }

    /**
     * As configured; empty without a keyring.
     *
     * @throws IOException when one of the files cannot be read
     * @throws IllegalArgumentException when one of them lacks what is needed; the message is for the operator
     */
    static Optional<CephAccess> of(NodeConfig.Ceph config, HostId host) throws IOException {
        if (config.keyring().isEmpty()) {
            return Optional.empty();
        }
        if (!NAME.matcher(config.user()).matches()) {
            throw new IllegalArgumentException("coppice.node.ceph.user: letters, digits, '_', '.' and '-', at most 64");
        }
        var conf = Path.of(config.conf()).toAbsolutePath();
        var keyring = Path.of(config.keyring().get());
        var cluster = value(conf, "global", "fsid")
                .orElseThrow(() -> new IllegalArgumentException(
                        "coppice.node.ceph.conf: " + conf + " names no fsid among [global]: take what this says:"
                                + " ceph config generate-minimal-conf"));
        var key = value(keyring, "client." + config.user(), "key")
                .orElseThrow(() -> new IllegalArgumentException("coppice.node.ceph.keyring: " + keyring
                        + " has no key of client." + config.user() + ": see coppice.node.ceph.user"));
        return Optional.of(new CephAccess(cluster, conf, config.user(), secretOf(host), decoded(keyring, key)));
    }

    private static byte[] decoded(Path keyring, String key) {
        try {
            return Base64.getDecoder().decode(key);
        } catch (IllegalArgumentException e) {
            // Without its cause, which quotes the key.
            throw new IllegalArgumentException("coppice.node.ceph.keyring: the key in " + keyring + " is malformed");
        }
    }

    /** A line of a section of a file in the form of ceph.conf(5). Spaces and underscores in names are the same there. */
    private static Optional<String> value(Path file, String section, String name) throws IOException {
        var inSection = false;
        for (var line : Files.readString(file, StandardCharsets.UTF_8).lines().toList()) {
            var text = line.strip();
            if (text.startsWith("[")) {
                inSection = text.equals("[" + section + "]");
            } else if (inSection && text.indexOf('=') > 0) {
                var equals = text.indexOf('=');
                if (text.substring(0, equals).strip().equals(name)) {
                    return Optional.of(text.substring(equals + 1).strip());
                }
            }
        }
        return Optional.empty();
    }

    /** By which domains name the key; always the same for one host. */
    static UUID secretOf(HostId host) {
        return UUID.nameUUIDFromBytes(usage(host.value()).getBytes(StandardCharsets.UTF_8));
    }

    private static String usage(String host) {
        return "coppice " + host;
    }

    /** Gives libvirt the key, for as long as it runs; again is the same. */
    void giveKey(LibvirtSession session) throws LibvirtException {
        var description = DomainXml.fragment("secret of Ceph", xml -> {
            open(xml, "secret", "ephemeral", "yes", "private", "yes");
            text(xml, "uuid", secret.toString());
            open(xml, "usage", "type", "ceph");
            text(xml, "name", usage(secret.toString()));
            xml.writeEndElement();
            xml.writeEndElement();
        });
        session.secretDefineXML(description).setValue(key);
    }

    /** The cluster's fsid. */
    String cluster() {
        return cluster;
    }

    /** The file that says where its monitors are. */
    Path conf() {
        return conf;
    }

    /** Without {@code client.}. */
    String user() {
        return user;
    }

    /** By which domains name the key. */
    UUID secret() {
        return secret;
    }

    @Override
    public String toString() {
        return "client." + user + " of " + cluster;
    }
}
