package io.coppice.walrus.http;

import java.util.regex.Pattern;

/** Which names a bucket may have (S3 User Guide, "General purpose bucket naming rules"). */
final class BucketNames {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");

    private BucketNames() {}

    static boolean isValid(String name) {
        return FORM.matcher(name).matches()
                && !ADDRESS.matcher(name).matches()
                && !name.contains("..")
                && !name.contains(".-")
                && !name.contains("-.")
                && !name.startsWith("xn--")
                && !name.endsWith("-s3alias");
    }
}
