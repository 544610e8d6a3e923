package io.coppice.foundation.id;

/**
 * The id of one thing in the cloud, of the form that AWS uses: a prefix, a dash and 17 lower-case hexadecimal digits
 * (older, 8-digit ids are accepted when read). Implementations are records, so two ids are equal when their text is.
 */
public sealed interface ResourceId
        permits ImageId,
                InstanceId,
                KeyPairId,
                NetworkInterfaceId,
                NodeId,
                ReservationId,
                SecurityGroupId,
                SnapshotId,
                SubnetId,
                VolumeId,
                VpcId {
    /** The id as users write it. */
    String value();
}
