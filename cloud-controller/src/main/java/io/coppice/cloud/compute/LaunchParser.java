package io.coppice.cloud.compute;

import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.wire.error.AwsException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** Turns a RunInstances request into a {@link LaunchCommand}; whatever can be refused without looking anything up is refused here. */
final class LaunchParser {
    static final int MAX_USER_DATA_BYTES = 16 * 1024;
    private static final int MAX_CLIENT_TOKEN = 64;
    private static final int MAX_ROOT_GIB = 16_384;
    private static final int MAX_HOP_LIMIT = 64;
    private static final String USUAL_TYPE = "m1.small";

    private final LaunchZones zones;
    private final boolean flat;

    /** Parses for the zones of this cloud, and for its kind of network. */
    LaunchParser(LaunchZones zones, boolean flat) {
        this.zones = zones;
        this.flat = flat;
    }

    LaunchCommand parse(AccountId account, LaunchRequest launch) {
        var request = launch.request();
        LaunchRefusals.check(request);
        if (flat) {
            LaunchRefusals.checkFlat(request);
        }
        var minimum = count("minCount", request.minCount());
        var maximum = count("maxCount", request.maxCount());
        if (minimum > maximum) {
            throw InstanceErrors.invalid("minCount", minimum, "It is greater than maxCount (" + maximum + ").");
        }
        var type = type(request);
        return new LaunchCommand(
                image(request.imageId()),
                type,
                minimum,
                maximum,
                text(request.keyName()),
                userData(request.userData()),
                zones.of(account, request),
                flat ? LaunchNetworks.groupIds(request) : List.of(),
                flat ? LaunchNetworks.groupNames(request) : List.of(),
                flat ? LaunchNetworks.subnetId(request) : "",
                flat ? List.of() : LaunchNetworks.interfaces(request),
                options(request),
                LaunchWishes.of(request, type, launch.placementGroup()),
                rootDiskGib(request),
                request.blockDeviceMappings(),
                LaunchTags.of(request).from(launch.template()),
                launch.profile(),
                launch.placementGroup(),
                clientToken(request.clientToken()),
                fingerprint(launch.original()));
    }

    /** The name of the type that is asked for. */
    static String type(RunInstancesRequest request) {
        return request.instanceTypeAsString() == null ? USUAL_TYPE : request.instanceTypeAsString();
    }

    private static int count(String name, @Nullable Integer value) {
        if (value == null) {
            throw InstanceErrors.missing(name);
        }
        if (value < 1) {
            throw InstanceErrors.invalid(name, value, "It must be 1 or more.");
        }
        return value;
    }

    private static ImageId image(@Nullable String id) {
        if (id == null || id.isEmpty()) {
            throw InstanceErrors.missing("ImageId");
        }
        try {
            return new ImageId(id);
        } catch (MalformedIdException e) {
            throw AwsException.client("InvalidAMIID.Malformed", "Invalid id: \"" + id + "\" (expecting \"ami-...\")");
        }
    }

    /** Decodes user data; the API carries it as base64. */
    static byte[] userData(@Nullable String base64) {
        if (base64 == null || base64.isEmpty()) {
            return new byte[0];
        }
        try {
            var bytes = Base64.getMimeDecoder().decode(base64.getBytes(StandardCharsets.ISO_8859_1));
            if (bytes.length > MAX_USER_DATA_BYTES) {
                throw InstanceErrors.invalid(
                        "userData", bytes.length + " bytes", "User data is limited to 16384 bytes before encoding.");
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw InstanceErrors.invalid("userData", "not base64", "Invalid BASE64 encoding of user data.");
        }
    }

    private static InstanceOptions options(RunInstancesRequest request) {
        var behaviour = request.instanceInitiatedShutdownBehaviorAsString();
        var placement = request.placement();
        return new InstanceOptions(
                isTrue(request.disableApiTermination()),
                isTrue(request.disableApiStop()),
                behaviour == null ? ShutdownBehavior.STOP : behavior(behaviour),
                request.monitoring() != null && isTrue(request.monitoring().enabled()),
                true,
                isTrue(request.ebsOptimized()),
                placement == null || placement.tenancyAsString() == null
                        ? "default"
                        : tenancy(placement.tenancyAsString()));
    }

    private static String tenancy(String name) {
        if (!name.equals("default")) {
            throw InstanceErrors.invalid("tenancy", name, "This cloud knows the tenancy default only.");
        }
        return name;
    }

    static ShutdownBehavior behavior(String name) {
        return ShutdownBehavior.byAwsName(name)
                .orElseThrow(() -> InstanceErrors.invalid(
                        "instanceInitiatedShutdownBehavior", name, "Expecting stop or terminate."));
    }

    /** The options after a change request; what it does not name stays. */
    static MetadataOptions metadata(MetadataOptions before, @Nullable InstanceMetadataOptionsRequest asked) {
        return asked == null
                ? before
                : metadata(
                        before,
                        asked.httpTokensAsString(),
                        asked.httpPutResponseHopLimit(),
                        asked.httpEndpointAsString(),
                        asked.instanceMetadataTagsAsString(),
                        asked.httpProtocolIpv6AsString());
    }

    static MetadataOptions metadata(
            MetadataOptions before,
            @Nullable String tokens,
            @Nullable Integer hopLimit,
            @Nullable String endpoint,
            @Nullable String tags,
            @Nullable String ipv6) {
        if (hopLimit != null && (hopLimit < 1 || hopLimit > MAX_HOP_LIMIT)) {
            throw InstanceErrors.invalid("httpPutResponseHopLimit", hopLimit, "Expecting 1 to 64.");
        }
        return new MetadataOptions(
                either("httpTokens", tokens, "required", "optional", before.tokenRequired()),
                hopLimit == null ? before.hopLimit() : hopLimit,
                either("httpEndpoint", endpoint, "enabled", "disabled", before.enabled()),
                either("instanceMetadataTags", tags, "enabled", "disabled", before.tags()),
                either("httpProtocolIpv6", ipv6, "enabled", "disabled", before.ipv6()));
    }

    private static boolean either(String name, @Nullable String value, String yes, String no, boolean before) {
        if (value == null) {
            return before;
        }
        if (!value.equals(yes) && !value.equals(no)) {
            throw InstanceErrors.invalid(name, value, "Expecting " + yes + " or " + no + ".");
        }
        return value.equals(yes);
    }

    private static int rootDiskGib(RunInstancesRequest request) {
        var size = request.blockDeviceMappings().stream()
                .filter(mapping -> LaunchVolumes.isRoot(mapping.deviceName()) && mapping.ebs() != null)
                .map(mapping -> mapping.ebs().volumeSize())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (size != null && (size < 1 || size > MAX_ROOT_GIB)) {
            throw InstanceErrors.invalid("volumeSize", size, "Expecting 1 to " + MAX_ROOT_GIB + " GiB.");
        }
        return size == null ? 0 : size;
    }

    private static String clientToken(@Nullable String token) {
        if (token != null && token.length() > MAX_CLIENT_TOKEN) {
            throw InstanceErrors.invalid("clientToken", token, "Expecting at most 64 characters.");
        }
        return text(token);
    }

    /** The SDK writes a request's fields in a fixed order, so equal requests have equal texts. User data is redacted there. */
    private static String fingerprint(RunInstancesRequest request) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(
                    request.toBuilder().clientToken(null).build().toString().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(text(request.userData()).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return value != null && value;
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
