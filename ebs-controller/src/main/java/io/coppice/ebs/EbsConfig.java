package io.coppice.ebs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** What can be set of the EBS controller. */
@ConfigMapping(prefix = "coppice.ebs")
public interface EbsConfig {
    /**
     * Where volumes are kept: {@code local} in files of the EBS controller's machine, {@code rbd} in a pool of a Ceph cluster.
     * Not to be changed while there are volumes or snapshots: those of the one are not found in the other.
     */
    @WithDefault("local")
    Backend backend();

    /** Of {@link #backend()} {@code rbd}. */
    Ceph ceph();

    /** Where volumes can be kept. */
    enum Backend {
        LOCAL,
        RBD
    }

    /** What is to be known of a Ceph cluster. */
    interface Ceph {
        /** The file that says where its monitors are. */
        @WithDefault("/etc/ceph/ceph.conf")
        String conf();

        /** The pool, which belongs to one EBS controller alone. Not to be changed while there are volumes or snapshots. */
        @WithDefault("coppice")
        String pool();

        /** Who uses it, without {@code client.}. */
        @WithDefault("coppice")
        String user();

        /** The file with the user's key; absent: where the conf or Ceph's defaults say. */
        Optional<String> keyring();
    }

    /** How much may be promised to volumes, as a multiple of the file system's or pool's size; 1 or more. */
    @WithDefault("1.0")
    double overcommit();

    /**
     * How many layers a volume in use may have before they are copied into one; each snapshot adds one. In Ceph: over how many
     * images a volume may lie. 2 or more.
     */
    @WithDefault("16")
    int maxLayers();

    /**
     * Whether a write to a volume that is kept in files is acknowledged only once it is on the disk. False is faster, the more so the longer
     * a disk takes to flush; then what a guest wrote since it last asked for its writes to be durable is lost when the
     * volume's storage daemon dies, and the guest, which goes on with another one, is not told.
     */
    @WithDefault("true")
    boolean writeThrough();

    /** How many volumes are made or removed at a time. */
    @WithDefault("4")
    int maxConcurrent();

    /** How often unfinished work is looked for without being told. */
    @WithDefault("5s")
    Duration scanEvery();

    /**
     * How volumes are served: {@code libvirt} by qemu-storage-daemon to real guests, {@code simulated} not at all, to
     * simulated ones. As the hosts of this process are, unless it is set.
     */
    @WithDefault("${coppice.node.hypervisor:libvirt}")
    String volumeServer();

    /** How many disks are fetched, converted or sent at a time for imports and exports. */
    @WithDefault("2")
    int transfersAtOnce();

    /** Bytes of the largest object that is imported. */
    @WithDefault("1099511627776")
    long transferBytes();

    /** How long one conversion of an import or export may take. */
    @WithDefault("PT12H")
    Duration transferTime();

    /**
     * The IPv4 address at which volumes are served with TLS, to hosts on any machine. Absent: at Unix sockets, to hosts of
     * this machine. Not to be changed while volumes are attached.
     */
    Optional<String> nbdAddress();

    /** The ports of {@link #nbdAddress()}, FIRST-LAST: one for each volume that is attached. */
    @WithDefault("10810-11321")
    String nbdPorts();

    /** How many chunks of snapshots, of 8 MiB each or more, are on their way to or from their copies at a time. */
    @WithDefault("4")
    int copiesAtOnce();

    /** Bytes that copies of snapshots may write or read each second. */
    @WithDefault("104857600")
    long copyBytesPerSecond();
}
