package io.coppice.node.disk;

import io.coppice.proto.ebs.v1.CephImage;
import java.util.regex.Pattern;

/**
 * A volume as an image of a Ceph cluster, which the guest's QEMU opens itself.
 *
 * @param cluster the cluster's fsid
 * @param pool letters, digits, '_', '.' and '-'
 * @param image the same
 */
public record CephAddress(String cluster, String pool, String image) implements VolumeAddress {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,94}");

    /** Throws {@link IllegalArgumentException} for names that mean something else to QEMU than a name. */
    public CephAddress {
        if (!NAME.matcher(pool).matches() || !NAME.matcher(image).matches()) {
            throw new IllegalArgumentException("a volume cannot be an image named " + pool + "/" + image);
        }
    }

    static CephAddress of(CephImage image) {
        return new CephAddress(image.getCluster(), image.getPool(), image.getImage());
    }
}
