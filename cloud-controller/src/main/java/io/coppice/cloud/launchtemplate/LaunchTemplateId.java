package io.coppice.cloud.launchtemplate;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The id of a launch template: {@code lt-} and 17 hexadecimal digits. */
record LaunchTemplateId(String value) {
    static final String PREFIX = "lt-";
    private static final Pattern FORM = Pattern.compile("lt-([0-9a-f]{17}|[0-9a-f]{8})");
    private static final int DIGITS = 17;
    private static final SecureRandom RANDOM = new SecureRandom();

    LaunchTemplateId {
        if (!FORM.matcher(value).matches()) {
            throw LaunchTemplateErrors.malformedId(value);
        }
    }

    static LaunchTemplateId random() {
        var bytes = new byte[DIGITS / 2 + 1];
        RANDOM.nextBytes(bytes);
        return new LaunchTemplateId(PREFIX + HexFormat.of().formatHex(bytes).substring(0, DIGITS));
    }

    @Override
    public String toString() {
        return value;
    }
}
