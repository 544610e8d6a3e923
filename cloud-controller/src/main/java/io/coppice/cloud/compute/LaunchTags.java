package io.coppice.cloud.compute;

import io.coppice.cloud.launchtemplate.LaunchTemplates.Used;
import io.coppice.cloud.tag.TagRules;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** The tags that a launch gives to what it makes: the instance, its root volume, its network interface. */
record LaunchTags(Map<String, String> instance, Map<String, String> volume, Map<String, String> networkInterface) {
    private static final String INSTANCE = "instance";
    private static final String VOLUME = "volume";
    private static final String INTERFACE = "network-interface";
    /** AWS takes tags for it, and nothing is there to be tagged when no spot request is made. */
    private static final String SPOT = "spot-instances-request";

    LaunchTags {
        instance = Map.copyOf(instance);
        volume = Map.copyOf(volume);
        networkInterface = Map.copyOf(networkInterface);
    }

    /** With the tags by which AWS tells what launch template an instance was launched from. */
    LaunchTags from(Optional<Used> template) {
        if (template.isEmpty()) {
            return this;
        }
        var all = new HashMap<>(instance);
        all.put("aws:ec2launchtemplate:id", template.get().id());
        all.put("aws:ec2launchtemplate:version", Long.toString(template.get().version()));
        return new LaunchTags(all, volume, networkInterface);
    }

    /** Throws {@code InvalidParameterValue} for tags that AWS refuses or of a kind that a launch does not make. */
    static LaunchTags of(RunInstancesRequest request) {
        var given = request.tagSpecifications();
        return new LaunchTags(
                TagRules.of(given, INSTANCE, VOLUME, INTERFACE, SPOT),
                TagRules.of(given, VOLUME, INSTANCE, INTERFACE, SPOT),
                TagRules.of(given, INTERFACE, INSTANCE, VOLUME, SPOT));
    }
}
