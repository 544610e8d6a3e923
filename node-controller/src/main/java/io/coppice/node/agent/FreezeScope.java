package io.coppice.node.agent;

import io.coppice.foundation.id.VolumeId;
import io.coppice.node.hypervisor.GuestAgents.FileSystem;
import io.coppice.node.hypervisor.VolumePlug;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of a guest's file systems stand still for the sake of some of its volumes. Whatever is not plain from what the guest's agent
 * says is a reason to have all of them stand still. Stateless.
 */
final class FreezeScope {
    /** All of them. */
    static final Set<String> ALL = Set.of();

    /** What nobody can write to, whatever it lies on: an image of a program, a disc. */
    private static final Set<String> READ_ONLY = Set.of("squashfs", "iso9660", "erofs", "cramfs", "romfs");

    private FreezeScope() {}

    /** The mount points of what lies on these volumes, wholly or in part, or {@link #ALL}. */
    static Set<String> of(Collection<VolumeId> volumes, List<FileSystem> mounted) {
        var written = mounted.stream()
                .filter(each -> !READ_ONLY.contains(each.type()))
                .toList();
        if (volumes.isEmpty() || !written.stream().allMatch(FreezeScope::isPlain)) {
            return ALL;
        }
        var chosen = new HashSet<String>();
        for (var volume : volumes) {
            var on = written.stream()
                    .filter(each -> each.serials().contains(VolumePlug.serial(volume)))
                    .map(FileSystem::mountPoint)
                    .toList();
            if (on.isEmpty()) {
                // Something may lie on it that the agent does not name.
                return ALL;
            }
            chosen.addAll(on);
        }
        return Set.copyOf(chosen);
    }

    /** Whether the disks that it lies on are known. */
    private static boolean isPlain(FileSystem each) {
        return !each.serials().isEmpty() && !each.serials().contains("");
    }
}
