package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.foundation.id.MalformedIdException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What image names, locations and ids may be. */
final class ImageNames {
    static final String ARCHITECTURE = "x86_64";
    static final String ROOT_DEVICE = "/dev/sda1";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9()\\[\\] ./\\-'@_]{3,128}");
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{2,62}");
    private static final Pattern DEVICE = Pattern.compile("/dev/[a-z0-9]{1,24}");
    private static final int MAX_KEY = 1024;
    private static final int MAX_DESCRIPTION = 255;

    private ImageNames() {}

    static String checkedName(@Nullable String name) {
        if (name == null) {
            throw ImageErrors.missing("Name");
        }
        if (!NAME.matcher(name).matches()) {
            throw ImageErrors.malformedName();
        }
        return name;
    }

    /** What RegisterImage says of the image; throws the error of the first thing that is wrong. */
    static Image.Description description(
            @Nullable String name,
            @Nullable String text,
            @Nullable String location,
            @Nullable String architecture,
            @Nullable String rootDevice) {
        var checkedName = checkedName(name);
        if (location == null || location.isEmpty()) {
            throw ImageErrors.missing("ImageLocation");
        }
        var path = location.startsWith("/") ? location.substring(1) : location;
        var slash = path.indexOf('/');
        if (slash < 0
                || !BUCKET.matcher(path.substring(0, slash)).matches()
                || path.length() == slash + 1
                || path.length() - slash - 1 > MAX_KEY) {
            throw ImageErrors.invalid("ImageLocation", location, "bucket/key");
        }
        checkArchitecture(architecture);
        return new Image.Description(
                checkedName,
                checkedText(text),
                path.substring(0, slash),
                path.substring(slash + 1),
                ARCHITECTURE,
                rootDevice(rootDevice),
                null);
    }

    /** The same of an image that begins as snapshots. AWS names those by owner and name. */
    static Image.Description description(
            AccountId owner, @Nullable String name, @Nullable String text, @Nullable String rootDevice) {
        var checkedName = checkedName(name);
        return new Image.Description(
                checkedName,
                checkedText(text),
                "",
                owner + "/" + checkedName,
                ARCHITECTURE,
                rootDevice(rootDevice),
                null);
    }

    /** Throws when hosts cannot run images of this architecture; null passes. */
    static void checkArchitecture(@Nullable String architecture) {
        if (architecture != null && !architecture.equals(ARCHITECTURE)) {
            throw ImageErrors.invalid("Architecture", architecture, ARCHITECTURE);
        }
    }

    /** The boot mode of this name, that of a BIOS when none is given. */
    static BootMode bootMode(@Nullable String asked) {
        return asked == null
                ? BootMode.LEGACY_BIOS
                : BootMode.of(asked)
                        .orElseThrow(
                                () -> ImageErrors.invalid("BootMode", asked, "legacy-bios, uefi or uefi-preferred"));
    }

    private static String rootDevice(@Nullable String asked) {
        var device = asked == null ? ROOT_DEVICE : asked;
        if (!DEVICE.matcher(device).matches()) {
            throw ImageErrors.invalid("RootDeviceName", device, "a device such as " + ROOT_DEVICE);
        }
        return device;
    }

    static String checkedText(@Nullable String text) {
        var checked = text == null ? "" : text;
        if (checked.length() > MAX_DESCRIPTION) {
            throw ImageErrors.invalid("Description", checked, "at most " + MAX_DESCRIPTION + " characters");
        }
        return checked;
    }

    static ImageId id(@Nullable String text) {
        if (text == null) {
            throw ImageErrors.missing("ImageId");
        }
        try {
            return new ImageId(text);
        } catch (MalformedIdException e) {
            throw ImageErrors.malformed(text);
        }
    }
}
