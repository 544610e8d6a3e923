package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Set;
import org.jclouds.ContextBuilder;
import org.jclouds.ec2.EC2Api;
import org.jclouds.ec2.options.DescribeImagesOptions;
import org.jclouds.ec2.options.RunInstancesOptions;
import org.jclouds.rest.AuthorizationException;
import org.jspecify.annotations.Nullable;

/** Apache jclouds' EC2 API, which speaks the API version of 2010 and signs as clients did then. */
final class Jclouds {
    /**
     * jclouds' word for the endpoint that it was given. By name it would take the one that DescribeRegions tells, always by
     * HTTPS, which a cloud on the loopback does not speak.
     */
    private static final @Nullable String HERE = null;

    private final Toolbox tools;
    private final String image;
    private final String name = Toolbox.uniqueName();

    Jclouds(Toolbox tools, String image) {
        this.tools = tools;
        this.image = image;
    }

    void tell() throws IOException {
        try (var ec2 = connect(tools.value("AWS_SECRET_ACCESS_KEY"))) {
            var zones = ec2.getAvailabilityZoneAndRegionApi().get().describeAvailabilityZonesInRegion(HERE);
            assertFalse(zones.isEmpty(), "no zone");
            var images =
                    ec2.getAMIApi().get().describeImagesInRegion(HERE, DescribeImagesOptions.Builder.imageIds(image));
            assertEquals(1, images.size(), images::toString);
            keys(ec2);
            instances(ec2);
        }
        try (var stranger = connect("wrong")) {
            assertThrows(
                    AuthorizationException.class,
                    () -> stranger.getKeyPairApi().get().describeKeyPairsInRegion(HERE));
        }
    }

    private EC2Api connect(String secret) {
        return ContextBuilder.newBuilder("ec2")
                .endpoint(tools.value("AWS_ENDPOINT_URL"))
                .credentials(tools.value("AWS_ACCESS_KEY_ID"), secret)
                .buildApi(EC2Api.class);
    }

    private void instances(EC2Api ec2) {
        var instances = ec2.getInstanceApi().get();
        var zone = ec2.getAvailabilityZoneAndRegionApi().get().describeAvailabilityZonesInRegion(HERE).stream()
                .findFirst()
                .orElseThrow()
                .getZone();
        var launched =
                instances.runInstancesInRegion(HERE, zone, image, 1, 1, RunInstancesOptions.Builder.asType("m1.small"));
        var id = launched.stream().findFirst().orElseThrow().getId();
        assertEquals(Set.of("default"), launched.getGroupNames(), "groups stand at the reservation");
        try {
            var seen = instances.describeInstancesInRegion(HERE, id).stream()
                    .flatMap(reservation -> reservation.stream())
                    .toList();
            assertEquals(1, seen.size());
            assertEquals(id, seen.getFirst().getId());
            assertEquals(image, seen.getFirst().getImageId());
            assertTrue(seen.getFirst().getPrivateIpAddress() != null, seen::toString);
        } finally {
            instances.terminateInstancesInRegion(HERE, id);
        }
    }

    private void keys(EC2Api ec2) {
        var keys = ec2.getKeyPairApi().get();
        var key = keys.createKeyPairInRegion(HERE, name);
        assertTrue(key.getKeyMaterial().contains("PRIVATE KEY"), "no private key");
        assertEquals(1, keys.describeKeyPairsInRegion(HERE, name).size());
        keys.deleteKeyPairInRegion(HERE, name);
        assertTrue(keys.describeKeyPairsInRegion(HERE, name).isEmpty(), "the key pair is still there");
    }
}
