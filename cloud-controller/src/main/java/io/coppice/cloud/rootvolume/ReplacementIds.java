package io.coppice.cloud.rootvolume;

import io.coppice.foundation.id.VolumeId;
import java.util.regex.Pattern;

/** The ids of replacements: {@code replacevol-} and 17 hexadecimal digits. */
final class ReplacementIds {
    private static final Pattern FORM = Pattern.compile(Pattern.quote(Replacements.PREFIX) + "[0-9a-f]{17}");

    private ReplacementIds() {}

    /** One that nothing else has. */
    static String random() {
        return Replacements.PREFIX + VolumeId.random().value().substring(VolumeId.PREFIX.length());
    }

    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }
}
