package io.coppice.cloud.transfer;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.UserBucket;

/** Reads which object a request means, and in which format it is. */
final class ImportSources {
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{2,62}");
    private static final int LONGEST_KEY = 1024;
    /** A tar of disks with their description. */
    static final String ARCHIVE = "OVA";

    private static final Set<String> FORMATS = Set.of("RAW", "VMDK", "VHD", "VHDX", "QCOW2", ARCHIVE);

    private ImportSources() {}

    /** An object. */
    record Location(String bucket, String key, @Nullable String url) {}

    /** The object of a bucket and a key, or of a URL; throws when a request names none. */
    static Location location(@Nullable UserBucket bucket, @Nullable String url, String parameter) {
        if (bucket != null && (bucket.s3Bucket() != null || bucket.s3Key() != null)) {
            return checked(bucket.s3Bucket(), bucket.s3Key(), null, parameter + ".UserBucket");
        }
        if (url == null || url.isEmpty()) {
            throw TransferErrors.missing(parameter + ".UserBucket");
        }
        var uri = parsed(url).orElseThrow(() -> notOfS3(url, parameter));
        var path = uri.getPath() == null || uri.getPath().isEmpty()
                ? ""
                : uri.getPath().substring(1);
        var host = uri.getAuthority();
        if ("s3".equalsIgnoreCase(uri.getScheme())) {
            return checked(host, path, url, parameter + ".Url");
        }
        var ofHost = host.indexOf(".s3");
        if (ofHost > 0) {
            return checked(host.substring(0, ofHost), path, url, parameter + ".Url");
        }
        var slash = path.indexOf('/');
        if (slash < 0) {
            throw notOfS3(url, parameter);
        }
        return checked(path.substring(0, slash), path.substring(slash + 1), url, parameter + ".Url");
    }

    private static Optional<URI> parsed(String url) {
        try {
            var uri = URI.create(url);
            var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            return uri.getAuthority() != null && Set.of("s3", "http", "https").contains(scheme)
                    ? Optional.of(uri)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static RuntimeException notOfS3(String url, String parameter) {
        return TransferErrors.invalid(parameter + ".Url", url, "s3://bucket/key");
    }

    /** A bucket's name, checked for its form. */
    static String bucket(@Nullable String name, String parameter) {
        if (name == null || name.isEmpty()) {
            throw TransferErrors.missing(parameter);
        }
        if (!BUCKET.matcher(name).matches()) {
            throw TransferErrors.invalid(parameter, name, "the name of a bucket");
        }
        return name;
    }

    private static Location checked(
            @Nullable String bucket, @Nullable String key, @Nullable String url, String parameter) {
        var name = bucket(bucket, parameter + ".S3Bucket");
        if (key == null || key.isEmpty()) {
            throw TransferErrors.missing(parameter + ".S3Key");
        }
        if (key.length() > LONGEST_KEY || key.chars().anyMatch(Character::isISOControl)) {
            throw TransferErrors.invalid(parameter + ".S3Key", key, "the key of an object");
        }
        return new Location(name, key, url);
    }

    /** The format that a request names, else that which the object's key ends with; upper case. */
    static String format(@Nullable String named, String key, String parameter) {
        if (named == null) {
            var ending = key.substring(key.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
            if (ending.equals("IMG")) {
                return "RAW";
            }
            if (!FORMATS.contains(ending)) {
                throw TransferErrors.missing(parameter + ".Format");
            }
            return ending;
        }
        var format = named.toUpperCase(Locale.ROOT);
        if (!FORMATS.contains(format)) {
            throw TransferErrors.invalid(parameter + ".Format", named, "RAW, VMDK, VHD, VHDX, QCOW2 or OVA");
        }
        return format;
    }
}
