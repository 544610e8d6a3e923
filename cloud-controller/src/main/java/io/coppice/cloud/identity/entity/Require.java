package io.coppice.cloud.identity.entity;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks of parameters, as the IAM API Reference states them (length, pattern) and in AWS's words. All throw {@code
 * ValidationError}.
 */
public final class Require {
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]+");
    private static final Pattern PATH = Pattern.compile("/|/[\\x21-\\x7E]+/");
    private static final Pattern PATH_PREFIX = Pattern.compile("/[\\x21-\\x7E]*");
    private static final int LONGEST_PATH = 512;
    private static final int LONGEST_ARN = 2048;
    private static final int SHORTEST_ARN = 20;
    private static final int LONGEST_DESCRIPTION = 1000;

    private Require() {}

    /** The value, which must be there. */
    public static <T> T present(String parameter, @Nullable T value) {
        if (value == null) {
            throw IamErrors.invalid(parameter, "Member must not be null");
        }
        return value;
    }

    /** The name of a thing of this kind. */
    public static String name(EntityKind kind, @Nullable String name) {
        return name(kind.nameParameter(), name, kind.longestName());
    }

    /** A name of letters, digits and {@code +=,.@_-}. */
    public static String name(String parameter, @Nullable String name, int longest) {
        var checked = length(parameter, name, 1, longest);
        if (!NAME.matcher(checked).matches()) {
            throw IamErrors.validation("The specified value for " + parameter
                    + " is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-");
        }
        return checked;
    }

    /** A path; {@code /} where there is none. */
    public static String path(@Nullable String path) {
        return path == null ? "/" : path("path", path);
    }

    /** A path that is there. */
    public static String path(String parameter, String path) {
        length(parameter, path, 1, LONGEST_PATH);
        if (!PATH.matcher(path).matches()) {
            throw IamErrors.validation(
                    "The specified value for " + parameter + " is invalid. It must begin and end with"
                            + " / and contain only alphanumeric characters and/or / characters.");
        }
        return path;
    }

    /** The beginning of paths; {@code /} where there is none. */
    public static String pathPrefix(@Nullable String prefix) {
        if (prefix == null) {
            return "/";
        }
        length("pathPrefix", prefix, 1, LONGEST_PATH);
        return pattern("pathPrefix", prefix, PATH_PREFIX, "\\u002F[\\u0021-\\u007F]*");
    }

    /** An ARN as far as its length goes. */
    public static String arn(String parameter, @Nullable String arn) {
        return length(parameter, arn, SHORTEST_ARN, LONGEST_ARN);
    }

    /** Free text of up to 1,000 characters; empty where there is none. */
    public static String description(@Nullable String text) {
        return text == null ? "" : length("description", text, 0, LONGEST_DESCRIPTION);
    }

    /** The value, which must be there and have so many characters. */
    public static String length(String parameter, @Nullable String value, int least, int most) {
        var present = present(parameter, value);
        if (present.length() < least) {
            throw IamErrors.invalid(parameter, present, "Member must have length greater than or equal to " + least);
        }
        if (present.length() > most) {
            throw IamErrors.invalid(parameter, present, "Member must have length less than or equal to " + most);
        }
        return present;
    }

    /** The value, which must match wholly; {@code shown} is how the reference writes the pattern. */
    public static String pattern(String parameter, String value, Pattern pattern, String shown) {
        if (!pattern.matcher(value).matches()) {
            throw IamErrors.invalid(parameter, value, "Member must satisfy regular expression pattern: " + shown);
        }
        return value;
    }

    /** The number, or what stands for it when there is none. */
    public static int range(String parameter, @Nullable Integer value, int least, int most, int otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value < least) {
            throw IamErrors.invalid(
                    parameter, value.toString(), "Member must have value greater than or equal to " + least);
        }
        if (value > most) {
            throw IamErrors.invalid(
                    parameter, value.toString(), "Member must have value less than or equal to " + most);
        }
        return value;
    }

    /** Refuses text that the SDK does not know as a value of an enumeration; {@code allowed} tells what it knows. */
    public static <E extends Enum<E>> void known(
            String parameter, @Nullable String text, @Nullable E value, E unknown, String allowed) {
        if (text != null && (value == null || value.equals(unknown))) {
            throw IamErrors.invalid(parameter, text, "Member must satisfy enum value set: [" + allowed + "]");
        }
    }
}
