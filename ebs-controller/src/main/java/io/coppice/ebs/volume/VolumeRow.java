package io.coppice.ebs.volume;

import io.coppice.ebs.serve.Grants;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A volume as it is kept. Read only: {@link Volumes} changes it. */
@Entity
@Table(name = "volume")
@SuppressWarnings("NullAway.Init")
public class VolumeRow extends ChangingRow {
    @Id
    @Column(name = "volume_id")
    private String volumeId;

    @Column(name = "desired_deleted")
    private boolean desiredDeleted;

    @Column(name = "size_gib")
    private int sizeGib;

    @Enumerated(EnumType.STRING)
    private VolumeStatus state;

    @Column(name = "snapshot_id")
    private String snapshotId;

    @Column(name = "export_name")
    private String exportName;

    @Column(name = "export_path")
    private String exportPath;

    private boolean shared;

    @Column(name = "export_hosts")
    private String exportHosts;

    private boolean direct;

    protected VolumeRow() {}

    /** Which volume. */
    public VolumeId volumeId() {
        return new VolumeId(volumeId);
    }

    /** Whether it should be gone. */
    public boolean desiredDeleted() {
        return desiredDeleted;
    }

    /** GiB, 1 to 65,536. */
    public int sizeGib() {
        return sizeGib;
    }

    /** How far it is. */
    public VolumeStatus state() {
        return state;
    }

    /** What it starts from; empty for an empty volume. */
    public Optional<SnapshotId> snapshotId() {
        return snapshotId.isEmpty() ? Optional.empty() : Optional.of(new SnapshotId(snapshotId));
    }

    /** As which exports it should be served. Must not be logged. */
    public Grants grants() {
        if (exportName.isEmpty()) {
            return Grants.NOBODY;
        }
        var names = Set.of(exportName.split(" "));
        var alone = direct ? Grants.direct(exportName) : Grants.alone(exportName);
        var grants = shared ? Grants.shared(names) : alone;
        return exportHosts.isEmpty() ? grants : grants.on(hosts());
    }

    private Map<String, NodeId> hosts() {
        return Arrays.stream(exportHosts.split(" "))
                .map(each -> each.split("=", 2))
                .collect(Collectors.toMap(each -> each[0], each -> new NodeId(each[1])));
    }

    /** As a row keeps the hosts of an export: {@code NAME=HOST}, with spaces between them. */
    static String hostsText(Grants grants) {
        return grants.hosts().entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" "));
    }

    /** Where it is served, one for each of {@link #grants}; empty while it is not. */
    public List<VolumeExport> exports() {
        return state != VolumeStatus.AVAILABLE
                ? List.of()
                : grants().names().stream()
                        .map(name -> ExportAddress.export(name, exportPath))
                        .toList();
    }
}
