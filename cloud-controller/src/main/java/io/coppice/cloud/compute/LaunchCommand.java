package io.coppice.cloud.compute;

import io.coppice.cloud.instanceprofile.InstanceProfiles.Profile;
import io.coppice.cloud.placement.PlacementGroups.Group;
import io.coppice.foundation.id.ImageId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceSpecification;

/**
 * What a RunInstances request asks for, checked but not yet looked up.
 *
 * @param keyName empty for none
 * @param userData at most 16 KiB
 * @param securityGroupIds of the one interface in a flat network, as are names and subnet; empty elsewhere
 * @param interfaces in a cloud with VPCs, at least one; empty in a flat network
 * @param profile null for none
 * @param placementGroup null for none
 * @param clientToken empty for none
 * @param rootDiskGib 0 when not asked for
 * @param disks what is mapped, the root disk too
 * @param fingerprint SHA-256 of all parameters but the client token
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; copied nowhere but into its row.
record LaunchCommand(
        ImageId image,
        String instanceType,
        int minCount,
        int maxCount,
        String keyName,
        byte[] userData,
        String zone,
        List<String> securityGroupIds,
        List<String> securityGroupNames,
        String subnetId,
        List<InstanceNetworkInterfaceSpecification> interfaces,
        InstanceOptions options,
        LaunchWishes wishes,
        int rootDiskGib,
        List<BlockDeviceMapping> disks,
        LaunchTags tags,
        @Nullable Profile profile,
        @Nullable Group placementGroup,
        String clientToken,
        String fingerprint) {}
