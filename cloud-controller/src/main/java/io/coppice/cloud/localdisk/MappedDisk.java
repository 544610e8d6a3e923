package io.coppice.cloud.localdisk;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * That an instance is to have one of its type's disks under a name. Source: AWS EC2 user guide, "Block device mappings".
 *
 * @param name {@code ephemeral0} to {@code ephemeral23}, or {@code swap}
 * @param device as the mapping names it, for example {@code /dev/sdb}
 */
public record MappedDisk(String name, String device) {
    /** The name of the disk to swap to that some types have. */
    static final String SWAP = "swap";

    private static final String NUMBERED = "ephemeral";
    private static final Pattern NAME = Pattern.compile("swap|ephemeral(1?[0-9]|2[0-3])");

    /** Whether AWS knows such a name. */
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Which of its type's disks it is, from 0; -1 for the one to swap to. */
    int number() {
        return name.equals(SWAP) ? -1 : Integer.parseInt(name.substring(NUMBERED.length()));
    }

    /** The text that rows keep of these. */
    public static String write(List<MappedDisk> disks) {
        return disks.stream().map(disk -> disk.name + "=" + disk.device).collect(Collectors.joining(" "));
    }

    /** Reads what {@link #write} wrote. */
    public static List<MappedDisk> read(String text) {
        return Arrays.stream(text.split(" ", -1))
                .filter(each -> !each.isEmpty())
                .map(each -> {
                    var parts = each.split("=", 2);
                    return new MappedDisk(parts[0], parts[1]);
                })
                .toList();
    }
}
