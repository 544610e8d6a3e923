package io.coppice.node.lab;

import io.coppice.node.agent.NodeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A node's configuration with a network of its own, so that tests beside each other and clouds on the same machine do not
 * meet.
 */
public record TestNodeConfig(String libvirtUri, Network network, long imageLazyAboveMib) implements NodeConfig {
    /** One whose guests boot from images that are here. */
    public TestNodeConfig(String libvirtUri, Network network) {
        this(libvirtUri, network, 0);
    }

    /** A random bridge, range and metadata port. */
    public static TestNodeConfig random(String libvirtUri) throws IOException {
        var random = ThreadLocalRandom.current();
        var network = new TestNetwork(
                "10.%d.%d.0/24".formatted(random.nextInt(64, 250), random.nextInt(1, 250)),
                "cpt%06x".formatted(random.nextInt(1 << 24)),
                freePort(),
                "flat",
                "169.254.%d.0/24".formatted(random.nextInt(170, 250)));
        return new TestNodeConfig(libvirtUri, network);
    }

    /** As {@link #random}, with VPCs; the random range is that of the public network. */
    public static TestNodeConfig randomWithVpcs(String libvirtUri) throws IOException {
        var flat = (TestNetwork) random(libvirtUri).network();
        return new TestNodeConfig(
                libvirtUri, new TestNetwork(flat.cidr(), flat.bridge(), flat.metadataPort(), "vpc", flat.linkCidr()));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public String hypervisor() {
        return "libvirt";
    }

    @Override
    public int simulatedHosts() {
        return 1;
    }

    @Override
    public String nbdTlsFolder() {
        return "/etc/libvirt/nbd-tls";
    }

    @Override
    public Optional<String> joinToken() {
        return Optional.empty();
    }

    @Override
    public double vcpuOvercommit() {
        return 4.0;
    }

    @Override
    public long reservedMemoryMib() {
        return 512;
    }

    @Override
    public int imageCacheGib() {
        return 1;
    }

    @Override
    public long imageBytesPerSecond() {
        return 0;
    }

    @Override
    public boolean imagePeers() {
        return false;
    }

    @Override
    public Optional<String> imagePeerAddress() {
        return Optional.empty();
    }

    @Override
    public int imagePeerPort() {
        return 0;
    }

    @Override
    public long imagePeerBytesPerSecond() {
        return 0;
    }

    @Override
    public Ceph ceph() {
        return new TestCeph("/etc/ceph/ceph.conf", "coppice", Optional.empty());
    }

    /** The part of Ceph. */
    public record TestCeph(String conf, String user, Optional<String> keyring) implements Ceph {}

    /** The network part. */
    public record TestNetwork(String cidr, String bridge, int metadataPort, String mode, String linkCidr)
            implements Network {
        @Override
        public Optional<String> trunk() {
            return Optional.empty();
        }

        @Override
        public String engine() {
            return "linux";
        }

        @Override
        public String ovnNorthbound() {
            return "";
        }

        @Override
        public Optional<String> ovnPublicNetwork() {
            return Optional.empty();
        }

        @Override
        public String ovsDatabase() {
            return "";
        }

        @Override
        public String ovsDatapath() {
            return "";
        }

        @Override
        public Optional<String> uplink() {
            return Optional.empty();
        }

        @Override
        public Optional<String> gateway() {
            return Optional.empty();
        }

        @Override
        public Optional<String> hostAddress() {
            return Optional.empty();
        }

        @Override
        public String publicCidr() {
            return cidr;
        }

        @Override
        public Optional<String> publicGateway() {
            return Optional.empty();
        }

        @Override
        public Optional<String> publicGatewayIpv6() {
            return Optional.empty();
        }

        @Override
        public String publicAccess() {
            return "auto";
        }

        @Override
        public String underlayAddress() {
            return "127.0.0.1";
        }

        @Override
        public int vxlanPort() {
            return 4789;
        }

        /** The address with this last octet. */
        public String address(int lastOctet) {
            return cidr.replace(".0/24", "." + lastOctet);
        }
    }
}
