package io.coppice.cloud.instancetype;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * What an instance type's words on its network stand for. Where AWS names gigabits, they are taken at their word; what it means by
 * the others it does not say, and this is about what has been measured of them.
 */
final class NetworkPerformance {
    private static final Pattern GIGABITS = Pattern.compile("(?:Up to )?(\\d{1,3}(?:\\.\\d{1,2})?) Gigabit");
    private static final Map<String, Integer> WORDS =
            Map.of("Very Low", 70, "Low", 150, "Low to Moderate", 300, "Moderate", 500, "High", 1000);
    private static final int MBIT = 1000;

    private NetworkPerformance() {}

    /** Megabits a second; 0 for words that stand for nothing. */
    static int mbit(String words) {
        var gigabits = GIGABITS.matcher(words);
        return gigabits.matches()
                ? (int) Math.round(Double.parseDouble(gigabits.group(1)) * MBIT)
                : WORDS.getOrDefault(words, 0);
    }
}
