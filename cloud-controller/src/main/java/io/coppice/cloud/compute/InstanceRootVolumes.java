package io.coppice.cloud.compute;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.cloud.volume.RootVolumes;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;

/**
 * Root disks as volumes. A root volume's id has the digits of its instance's, so that neither needs a row beside the
 * instance's own; it is there until the instance is terminated. Thread-safe.
 */
@ApplicationScoped
public class InstanceRootVolumes implements RootVolumes {
    private static final long MIB_PER_GIB = 1024;
    private static final long BYTES_PER_MIB = 1024L * 1024;

    private final Database database;

    /** For the container and for tests. */
    public InstanceRootVolumes(Database database) {
        this.database = database;
    }

    @Override
    public List<RootVolume> list(
            AccountId account, @Nullable Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "select i from Instance i where i.accountId = :account and i.state <> TERMINATED"
                                    + " and i.image.sha256 <> ''"
                                    + (ids == null ? "" : " and i.id in :ids")
                                    + (after == null ? "" : " and i.id > :after")
                                    + " order by i.id",
                            Instance.class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (ids != null) {
                query.setParameter(
                        "ids", ids.stream().map(InstanceRootVolumes::instanceOf).toList());
            }
            if (after != null) {
                query.setParameter("after", instanceOf(after));
            }
            return query.getResultList().stream()
                    .map(InstanceRootVolumes::volume)
                    .toList();
        });
    }

    /** The id of an instance's root volume. */
    static String idOf(Instance row) {
        return VolumeId.PREFIX + row.id.substring(InstanceId.PREFIX.length());
    }

    private static String instanceOf(String volumeId) {
        return InstanceId.PREFIX + volumeId.substring(VolumeId.PREFIX.length());
    }

    /** The size of a root disk that lies on its host, GiB, rounded up. */
    static int gib(Instance row) {
        var mib = Math.max(row.machine.rootDiskMib(), Math.ceilDiv(row.image.virtualBytes(), BYTES_PER_MIB));
        return Math.toIntExact(Math.max(1, Math.ceilDiv(mib, MIB_PER_GIB)));
    }

    private static RootVolume volume(Instance row) {
        return new RootVolume(
                new VolumeId(idOf(row)),
                new AccountId(row.accountId),
                row.id,
                row.zone,
                gib(row),
                row.image.rootDeviceName(),
                row.createdAt);
    }

    /** The volumes as an instance's answers list them, the root first; nothing once the instance is terminated. */
    static List<InstanceBlockDeviceMapping> mappings(Instance row) {
        if (InstanceState.TERMINAL.contains(row.state)) {
            return List.of();
        }
        if (row.image.onVolume()) {
            return row.volumes.stream()
                    .sorted(Comparator.comparing(held -> !LaunchVolumes.isRoot(held.device())))
                    .map(InstanceRootVolumes::mapping)
                    .toList();
        }
        var root = new VolumeAttachments.Held(idOf(row), row.image.rootDeviceName(), "attached", row.createdAt, true);
        return Stream.concat(Stream.of(root), row.volumes.stream())
                .map(InstanceRootVolumes::mapping)
                .toList();
    }

    private static InstanceBlockDeviceMapping mapping(VolumeAttachments.Held held) {
        return InstanceBlockDeviceMapping.builder()
                .deviceName(held.device())
                .ebs(ebs -> ebs.volumeId(held.volumeId())
                        .status(held.state())
                        .attachTime(held.since())
                        .deleteOnTermination(held.deleteOnTermination()))
                .build();
    }
}
