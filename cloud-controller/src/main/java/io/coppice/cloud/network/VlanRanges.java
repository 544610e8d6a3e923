package io.coppice.cloud.network;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The tags of VLANs that a site leaves to the cloud (IEEE 802.1Q, clause 9.6: 1 to 4094). Immutable. */
public final class VlanRanges {
    private static final Pattern RANGE = Pattern.compile("\\s*(\\d{1,4})(?:\\s*-\\s*(\\d{1,4}))?\\s*");
    private static final int HIGHEST = 4_094;

    private final List<Integer> numbers;

    private VlanRanges(List<Integer> numbers) {
        this.numbers = numbers;
    }

    /** Reads {@code 100-199} and {@code 300}; throws {@link IllegalArgumentException} that names the key for anything else. */
    public static VlanRanges parse(List<String> ranges) {
        var numbers = new TreeSet<Integer>();
        for (var text : ranges) {
            var range = RANGE.matcher(text);
            if (!range.matches()) {
                throw wrong(text);
            }
            var first = Integer.parseInt(range.group(1));
            var last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (first < 1 || last > HIGHEST || first > last) {
                throw wrong(text);
            }
            for (int number = first; number <= last; number++) {
                numbers.add(number);
            }
        }
        return new VlanRanges(List.copyOf(numbers));
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "coppice.network.vlans: \"" + text + "\" is neither a VLAN (1 to 4094) nor a range as 100-199");
    }

    /** All tags, in order. */
    public List<Integer> numbers() {
        return numbers;
    }

    /** How many there are. */
    public int size() {
        return numbers.size();
    }
}
