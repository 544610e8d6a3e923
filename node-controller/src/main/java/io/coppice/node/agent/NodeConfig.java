package io.coppice.node.agent;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** How this process serves hosts. */
@ConfigMapping(prefix = "coppice.node")
public interface NodeConfig {
    /** {@code libvirt} for one real host, {@code simulated} for {@link #simulatedHosts()} hosts that only pretend. */
    @WithDefault("libvirt")
    String hypervisor();

    /** How many hosts a simulated process stands for, 1 to 10,000. */
    @WithDefault("1")
    int simulatedHosts();

    /** Where libvirt listens, for example {@code qemu:///system} or {@code qemu+unix:///system?socket=/run/…/libvirt-sock}. */
    @WithDefault("qemu:///system")
    String libvirtUri();

    /**
     * The folder that {@code nbd_tls_x509_cert_dir} in libvirt's qemu.conf names, as this process sees it; the host's
     * certificate and key are put there. Used for volumes that are served with TLS.
     */
    @WithDefault("/etc/libvirt/nbd-tls")
    String nbdTlsFolder();

    /** A token from {@code coppice node-token}: joins a cloud elsewhere. Without it the process's own PKI folder is used. */
    Optional<String> joinToken();

    /** Processors promised to guests for each real one, 1.0 to 16.0. */
    @WithDefault("4.0")
    double vcpuOvercommit();

    /** Memory that is never promised to guests, MiB. */
    @WithDefault("1024")
    long reservedMemoryMib();

    /** Bytes that the image cache may take, in GiB; least recently used images without a user go first. */
    @WithDefault("50")
    int imageCacheGib();

    /**
     * Guests boot from images of more than so many MiB while they still arrive; smaller ones are fetched first. 0: all are
     * fetched first.
     */
    @WithDefault("256")
    long imageLazyAboveMib();

    /** The most that a download of an image takes of the network, bytes per second, at least 100,000; 0 for no limit. */
    @WithDefault("0")
    long imageBytesPerSecond();

    /**
     * Whether this host gets images from other hosts of its zone before it asks their store, and gives others what it has. Hosts
     * reach each other over TLS with their certificates.
     */
    @WithDefault("true")
    boolean imagePeers();

    /**
     * This host's own address at which other hosts get images. When absent: the one by which it reaches the Cluster Controller, or,
     * where that is on the same machine, {@code coppice.node.network.underlay-address}.
     */
    Optional<String> imagePeerAddress();

    /** The TCP port there; 0 for any that is free. */
    @WithDefault("0")
    int imagePeerPort();

    /** The most that this host gives to others, all together, bytes per second, at least 100,000; 0 for no limit. */
    @WithDefault("100000000")
    long imagePeerBytesPerSecond();

    /** The Ceph cluster in which this host's guests open volumes themselves; off without its keyring. */
    Ceph ceph();

    /** A Ceph cluster as a host sees it. */
    interface Ceph {
        /** The file that says where its monitors are, with its fsid; QEMU reads it. */
        @WithDefault("/etc/ceph/ceph.conf")
        String conf();

        /** Who opens volumes, without {@code client.}. */
        @WithDefault("coppice")
        String user();

        /**
         * The file with the user's key, readable for this process alone. When set, guests' QEMU opens volumes that are images of this
         * cluster itself; absent: their bytes pass the EBS controller's machine. {@code qemu-block-extra} must be installed.
         */
        Optional<String> keyring();
    }

    /** The guests' network. */
    Network network();

    /** The guests' network: one for all guests of the zone, or VPCs. */
    interface Network {
        /**
         * {@code flat} for one network of all guests, {@code static} for the site's own network with addresses that the site
         * names, {@code system} for the site's own network with addresses of its DHCP server, {@code vpc} for virtual private clouds, {@code managed}
         * and {@code managed_novlan} for those whose subnets are VLANs of the site's or share its network. The same in the whole zone.
         */
        @WithDefault("${coppice.network.mode:flat}")
        String mode();

        /** The range that guests' addresses come from; the first address is the gateway, unless {@link #gateway()} is set. */
        @WithDefault("172.31.0.0/16")
        String cidr();

        /**
         * The bridge that guests are plugged into, with VPCs that of the public network; at most 12 characters. Also names the
         * nftables table and begins the names of namespaces.
         */
        @WithDefault("coppice0")
        String bridge();

        /**
         * A device that joins this host's bridge to those of other hosts. When set, the gateway is outside this host and
         * {@link #hostAddress()} is required; when absent, this host is the gateway. Required with {@code static} and
         * {@code system}.
         */
        Optional<String> uplink();

        /** With {@link #uplink()}: the router of the network that it leads to; the first address of {@link #cidr()} when absent. */
        Optional<String> gateway();

        /** This host's own address in {@link #cidr()}; the gateway's when absent. */
        Optional<String> hostAddress();

        /** With VPCs: the range of public addresses (elastic ones, those that come with launches, those of NAT gateways). */
        @WithDefault("${coppice.network.public.cidr:198.18.0.0/16}")
        String publicCidr();

        /**
         * With VPCs: where packets to the outside go; the first address of {@link #publicCidr()} when absent. Without
         * {@link #uplink()} this host has that address itself.
         */
        Optional<String> publicGateway();

        /**
         * With VPCs and {@link #uplink()}: the router on the public network that IPv6 packets to the outside go to, for example
         * fe80::1; absent, they do not leave. Without an uplink this host is that router.
         */
        Optional<String> publicGatewayIpv6();

        /**
         * With VPCs: how this host reaches the network with public addresses. {@code yes}: by itself, and hosts that do not by it.
         * {@code no}: through hosts that do; it has no {@link #uplink()}. {@code auto}: {@code yes} with an uplink; without, it is the
         * gateway of its own guests only.
         */
        @WithDefault("auto")
        String publicAccess();

        /** With VPCs: this host's address on the network between the hosts, where others send VXLAN to. */
        @WithDefault("127.0.0.1")
        String underlayAddress();

        /** With VPCs: UDP port of VXLAN, the same on all hosts of a zone. */
        @WithDefault("4789")
        int vxlanPort();

        /**
         * With {@code managed} and {@code managed_novlan}: the device that leads to the other hosts, through which guests' frames
         * travel; with {@code managed} its switch ports must let the VLANs pass. Absent where there are no other hosts.
         */
        Optional<String> trunk();

        /**
         * With {@code vpc}: what makes networks, {@code linux} for the kernel's namespaces, bridges, VXLAN and nftables, {@code ovn}
         * for a site's Open Virtual Network. The same in the whole zone.
         */
        @WithDefault("linux")
        String engine();

        /** With {@code ovn}: where the site's northbound database listens, {@code unix:/PATH} or {@code tcp:ADDRESS:PORT}. */
        @WithDefault("unix:/var/run/ovn/ovnnb_db.sock")
        String ovnNorthbound();

        /**
         * With {@code ovn}: what the site calls the network with public addresses in {@code ovn-bridge-mappings} of its hosts;
         * absent, guests stay among themselves.
         */
        Optional<String> ovnPublicNetwork();

        /** With {@code managed} and {@code ovn}: where Open vSwitch's database listens. */
        @WithDefault("unix:/var/run/openvswitch/db.sock")
        String ovsDatabase();

        /** With {@code managed}: Open vSwitch's datapath, {@code system} for the kernel's or {@code netdev} without it. */
        @WithDefault("system")
        String ovsDatapath();

        /**
         * With VPCs: addresses that stand for guests between their VPC and this host's metadata service; the first is the
         * service's own. Seen on this host only; another one than that of any other cloud on the same machine.
         */
        @WithDefault("169.254.64.0/18")
        String linkCidr();

        /** TCP port on the host's address for the metadata service behind 169.254.169.254:80. */
        @WithDefault("8780")
        int metadataPort();
    }
}
