package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMultimap;
import io.coppice.testing.cloud.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.jclouds.ContextBuilder;
import org.jclouds.ec2.EC2Api;
import org.jclouds.ec2.domain.InstanceState;
import org.jclouds.ec2.domain.RunningInstance;
import org.jclouds.ec2.domain.Volume;
import org.jclouds.ec2.options.DescribeImagesOptions;
import org.jclouds.ec2.options.RunInstancesOptions;
import org.jclouds.rest.AuthorizationException;

/** Apache jclouds' EC2 API, which speaks the API version of 2010 and signs as clients did then. */
final class Jclouds {
    private final Toolbox tools;
    private final String region;
    private final String image;
    private final String name = Toolbox.uniqueName();

    Jclouds(Toolbox tools, String image) {
        this.tools = tools;
        this.region = tools.value("AWS_REGION");
        this.image = image;
    }

    void tell() throws IOException {
        try (var ec2 = connect(tools.value("AWS_SECRET_ACCESS_KEY"))) {
            var zones = ec2.getAvailabilityZoneAndRegionApi().get().describeAvailabilityZonesInRegion(region);
            var zone = zones.iterator().next().getZone();
            var images =
                    ec2.getAMIApi().get().describeImagesInRegion(region, DescribeImagesOptions.Builder.imageIds(image));
            assertEquals(1, images.size(), images::toString);
            instance(ec2, zone);
            volume(ec2, zone);
        }
        try (var stranger = connect("wrong")) {
            assertThrows(
                    AuthorizationException.class,
                    () -> stranger.getInstanceApi().get().describeInstancesInRegion(region));
        }
    }

    private EC2Api connect(String secret) {
        return ContextBuilder.newBuilder("ec2")
                .endpoint(tools.value("AWS_ENDPOINT_URL"))
                .credentials(tools.value("AWS_ACCESS_KEY_ID"), secret)
                .buildApi(EC2Api.class);
    }

    private void instance(EC2Api ec2, String zone) {
        var keys = ec2.getKeyPairApi().get();
        var key = keys.createKeyPairInRegion(region, name);
        assertTrue(key.getKeyMaterial().contains("PRIVATE KEY"), "no private key");
        var instances = ec2.getInstanceApi().get();
        var options = RunInstancesOptions.Builder.asType("m1.small")
                .withKeyName(name)
                .withUserData("hello".getBytes(StandardCharsets.UTF_8));
        var id = instances
                .runInstancesInRegion(region, zone, image, 1, 1, options)
                .iterator()
                .next()
                .getId();
        become(ec2, id, InstanceState.RUNNING);
        ec2.getTagApi().get().applyToResources(Map.of("Name", name), Set.of(id));
        assertFalse(
                ec2.getTagApi()
                        .get()
                        .filter(ImmutableMultimap.of("resource-id", id))
                        .isEmpty(),
                "the tag is not found");
        instances.stopInstancesInRegion(region, true, id);
        become(ec2, id, InstanceState.STOPPED);
        instances.terminateInstancesInRegion(region, id);
        become(ec2, id, InstanceState.TERMINATED);
        keys.deleteKeyPairInRegion(region, name);
        assertTrue(keys.describeKeyPairsInRegion(region, name).isEmpty(), "the key pair is still there");
    }

    private void become(EC2Api ec2, String id, InstanceState state) {
        Eventually.eventually(
                id + " " + state,
                Toolbox.LIMIT,
                () -> ec2.getInstanceApi().get().describeInstancesInRegion(region, id).stream()
                        .flatMap(Set::stream)
                        .map(RunningInstance::getInstanceState)
                        .toList(),
                states -> states.contains(state));
    }

    private void volume(EC2Api ec2, String zone) {
        var store = ec2.getElasticBlockStoreApi().get();
        var volume = store.createVolumeInAvailabilityZone(zone, 1);
        Eventually.eventually(
                volume.getId(),
                Toolbox.LIMIT,
                () -> store.describeVolumesInRegion(region, volume.getId()),
                volumes -> volumes.stream().map(Volume::getStatus).toList().contains(Volume.Status.AVAILABLE));
        store.deleteVolumeInRegion(region, volume.getId());
        var absent = store.describeVolumesInRegion(region).stream()
                .noneMatch(each -> each.getId().equals(volume.getId()) && each.getStatus() == Volume.Status.AVAILABLE);
        assertTrue(absent, "the volume is still available");
    }
}
