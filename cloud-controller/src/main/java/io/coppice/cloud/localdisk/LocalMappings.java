package io.coppice.cloud.localdisk;

import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.wire.error.AwsException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;

/** Reads what requests say of local disks; throws {@code InvalidBlockDeviceMapping} for what cannot be. Pure. */
public final class LocalMappings {
    private LocalMappings() {}

    /** The local disks that these mappings name, in their order. */
    public static List<MappedDisk> of(List<BlockDeviceMapping> mappings) {
        var disks = new ArrayList<MappedDisk>();
        var names = new HashSet<String>();
        for (var mapping : mappings) {
            if (isLocal(mapping)) {
                var disk = disk(mapping, mappings);
                if (!names.add(disk.name())) {
                    throw invalid("The virtual device " + disk.name() + " is mapped twice");
                }
                disks.add(disk);
            }
        }
        return List.copyOf(disks);
    }

    /** The local disks of an image with what a request says besides: a device, or a disk, that it names is its own to say. */
    public static List<MappedDisk> over(List<MappedDisk> ofImage, List<BlockDeviceMapping> asked) {
        var own = of(asked);
        var kept = ofImage.stream()
                .filter(disk -> asked.stream().noneMatch(mapping -> isSame(mapping.deviceName(), disk.device())))
                .filter(disk -> own.stream().noneMatch(each -> each.name().equals(disk.name())));
        return Stream.concat(kept, own.stream()).toList();
    }

    /** Whether a mapping is of a local disk, and of no volume. */
    public static boolean isLocal(BlockDeviceMapping mapping) {
        return mapping.virtualName() != null && !mapping.virtualName().isEmpty() && mapping.noDevice() == null;
    }

    private static MappedDisk disk(BlockDeviceMapping mapping, List<BlockDeviceMapping> all) {
        var name = mapping.virtualName();
        if (!MappedDisk.isName(name)) {
            throw invalid("Invalid virtual device name '" + name + "': expecting ephemeral0 to ephemeral23, or swap");
        }
        if (mapping.ebs() != null) {
            throw invalid("The device " + mapping.deviceName() + " cannot be both " + name + " and a volume");
        }
        if (LaunchVolumes.isRoot(mapping.deviceName())) {
            throw invalid("The root device cannot be " + name);
        }
        var device = LaunchVolumes.checkDevice(mapping.deviceName());
        if (all.stream().filter(each -> isSame(each.deviceName(), device)).count() > 1) {
            throw invalid("The device '" + device + "' is used in more than one block device mapping");
        }
        return new MappedDisk(name, device);
    }

    private static boolean isSame(@Nullable String one, String other) {
        return LaunchVolumes.isSameDevice(one, other);
    }

    private static AwsException invalid(String message) {
        return AwsException.client("InvalidBlockDeviceMapping", message);
    }
}
