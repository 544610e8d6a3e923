package io.coppice.cloud.localdisk;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A disk of an instance on its host.
 *
 * @param mapped its name and device
 * @param mib MiB; 0 when the instance's type has no such disk: the mapping says nothing then, as on AWS
 */
public record LocalDisk(MappedDisk mapped, long mib) {
    private static final long MIB_PER_GIB = 1024;

    /** What these mappings come to with a type that has such storage. */
    public static List<LocalDisk> of(List<MappedDisk> mapped, LocalStorage storage) {
        return mapped.stream()
                .map(each -> new LocalDisk(each, size(each, storage)))
                .toList();
    }

    private static long size(MappedDisk disk, LocalStorage storage) {
        if (disk.name().equals(MappedDisk.SWAP)) {
            return storage.swapMib();
        }
        return disk.number() < storage.disks() ? storage.gibEach() * MIB_PER_GIB : 0;
    }

    /** The text that rows keep of these. */
    public static String write(List<LocalDisk> disks) {
        return disks.stream()
                .map(disk -> disk.mapped.name() + "=" + disk.mapped.device() + "=" + disk.mib)
                .collect(Collectors.joining(" "));
    }

    /** Reads what {@link #write} wrote. */
    public static List<LocalDisk> read(String text) {
        return Arrays.stream(text.split(" ", -1))
                .filter(each -> !each.isEmpty())
                .map(each -> {
                    var parts = each.split("=", 3);
                    return new LocalDisk(new MappedDisk(parts[0], parts[1]), Long.parseLong(parts[2]));
                })
                .toList();
    }
}
