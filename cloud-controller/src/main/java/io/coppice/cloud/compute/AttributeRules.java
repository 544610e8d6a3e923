package io.coppice.cloud.compute;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;

/** What ModifyInstanceAttribute may be asked at once, and what cannot be changed here. Pure. */
final class AttributeRules {
    private AttributeRules() {}

    /** A request changes one attribute (API reference, ModifyInstanceAttribute). */
    static void checkOne(ModifyInstanceAttributeRequest request) {
        var given = new ArrayList<String>();
        add(given, "disableApiTermination", request.disableApiTermination());
        add(given, "disableApiStop", request.disableApiStop());
        add(given, "instanceInitiatedShutdownBehavior", request.instanceInitiatedShutdownBehavior());
        add(given, "sourceDestCheck", request.sourceDestCheck());
        add(given, "ebsOptimized", request.ebsOptimized());
        add(given, "enaSupport", request.enaSupport());
        add(given, "sriovNetSupport", request.sriovNetSupport());
        add(given, "instanceType", request.instanceType());
        add(given, "userData", request.userData());
        add(given, "kernel", request.kernel());
        add(given, "ramdisk", request.ramdisk());
        if (!request.groups().isEmpty()) {
            given.add("groupSet");
        }
        if (!request.blockDeviceMappings().isEmpty()) {
            given.add("blockDeviceMapping");
        }
        if (given.size() > 1) {
            throw InstanceErrors.combination(
                    "Fields for multiple attribute types specified: " + String.join(", ", given));
        }
    }

    private static void add(List<String> given, String name, @Nullable Object value) {
        if (value != null) {
            given.add(name);
        }
    }

    /** Whether the request asks for what the instance has anyway; throws for what cannot be changed. */
    static boolean changesNothing(Instance row, ModifyInstanceAttributeRequest request) {
        if (request.kernel() != null) {
            fixed(row, "kernel");
        }
        if (request.ramdisk() != null) {
            fixed(row, "ramdisk");
        }
        if (request.sriovNetSupport() != null) {
            fixed(row, "sriovNetSupport");
        }
        if (request.enaSupport() != null) {
            if (!Boolean.TRUE.equals(request.enaSupport().value())) {
                fixed(row, "enaSupport");
            }
            InstanceAttributes.requireStopped(row, "enaSupport");
            return true;
        }
        return false;
    }

    /** Which disks shall go with the instance, by device; a root disk that is a file of its host is checked and left out. */
    static Map<String, Boolean> endOfDisks(Instance row, ModifyInstanceAttributeRequest request) {
        var wished = new HashMap<String, Boolean>();
        for (var mapping : request.blockDeviceMappings()) {
            if (mapping.ebs() == null || mapping.ebs().deleteOnTermination() == null) {
                throw InstanceErrors.missing("BlockDeviceMapping.Ebs.DeleteOnTermination");
            }
            boolean delete = mapping.ebs().deleteOnTermination();
            var device = mapping.deviceName() == null ? "" : mapping.deviceName();
            if (row.image.onVolume() || !row.image.rootDeviceName().equals(device)) {
                wished.put(device, delete);
            } else if (!delete) {
                throw InstanceErrors.unsupported(
                        "The root disk of this instance lies on its host and goes with it: DeleteOnTermination stays true.");
            }
        }
        return wished;
    }

    /** What the image decides for good. */
    static void fixed(Instance row, String attribute) {
        InstanceAttributes.requireStopped(row, attribute);
        throw InstanceErrors.unsupported(
                "The attribute " + attribute + " comes from the image and cannot be changed in this cloud.");
    }
}
