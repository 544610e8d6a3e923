package io.coppice.cloud.compute;

import io.coppice.cloud.volume.LaunchVolumes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceSpecification;
import software.amazon.awssdk.services.ec2.model.Placement;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/**
 * What a launch may ask of AWS and cannot have here: refused by name, so that nothing is silently left out. What asks for
 * the usual (no hibernation) passes. Pure.
 */
final class LaunchRefusals {
    private LaunchRefusals() {}

    static void check(RunInstancesRequest request) {
        refuse(request.instanceMarketOptions() != null, "Spot instances", "InstanceMarketOptions");
        refuse(given(request.kernelId()), "A kernel of its own", "KernelId");
        refuse(given(request.ramdiskId()), "A RAM disk of its own", "RamdiskId");
        refuse(!request.elasticGpuSpecification().isEmpty(), "Elastic GPUs", "ElasticGpuSpecification");
        refuse(!request.elasticInferenceAccelerators().isEmpty(), "Accelerators", "ElasticInferenceAccelerator");
        refuse(!request.licenseSpecifications().isEmpty(), "License configurations", "LicenseSpecification");
        refuse(
                request.cpuOptions() != null && request.cpuOptions().amdSevSnp() != null,
                "SEV-SNP",
                "CpuOptions.AmdSevSnp");
        switches(request);
        if (request.placement() != null) {
            placement(request.placement());
        }
        devices(request.blockDeviceMappings());
    }

    /** What a flat network has not got. */
    static void checkFlat(RunInstancesRequest request) {
        refuse(request.privateIpAddress() != null, "A chosen private address", "PrivateIpAddress");
        refuse(
                count(request.ipv6AddressCount()) || !request.ipv6Addresses().isEmpty(),
                "IPv6 addresses",
                "Ipv6AddressCount and Ipv6Address");
        request.networkInterfaces().forEach(LaunchRefusals::networkInterface);
        var names = request.privateDnsNameOptions();
        refuse(
                names != null
                        && (isTrue(names.enableResourceNameDnsARecord())
                                || isTrue(names.enableResourceNameDnsAAAARecord())),
                "DNS records of resource names",
                "PrivateDnsNameOptions.EnableResourceNameDns*Record");
    }

    private static void switches(RunInstancesRequest request) {
        var hibernation = request.hibernationOptions();
        refuse(hibernation != null && isTrue(hibernation.configured()), "Hibernation", "HibernationOptions.Configured");
        var enclave = request.enclaveOptions();
        refuse(enclave != null && isTrue(enclave.enabled()), "Enclaves", "EnclaveOptions.Enabled");
        var reservation = request.capacityReservationSpecification();
        refuse(
                reservation != null && reservation.capacityReservationTarget() != null,
                "Capacity reservations",
                "CapacityReservationTarget");
    }

    private static void placement(Placement placement) {
        refuse(given(placement.hostId()), "Dedicated hosts", "Placement.HostId");
        refuse(given(placement.hostResourceGroupArn()), "Host resource groups", "Placement.HostResourceGroupArn");
    }

    private static void devices(List<BlockDeviceMapping> mappings) {
        var roots = mappings.stream()
                .filter(mapping -> LaunchVolumes.isRoot(mapping.deviceName()))
                .count();
        refuse(roots > 1, "Two root disks", "the other block device mapping");
    }

    /** What cannot be asked of a root disk that lies on its instance's host. */
    static void checkRootOnHost(List<BlockDeviceMapping> mappings) {
        mappings.stream()
                .filter(mapping -> mapping.ebs() != null && LaunchVolumes.isRoot(mapping.deviceName()))
                .forEach(mapping -> rootVolume(mapping.ebs()));
    }

    private static void rootVolume(EbsBlockDevice ebs) {
        refuse(isTrue(ebs.encrypted()) || given(ebs.kmsKeyId()), "Encrypted root volumes", "Ebs.Encrypted");
        refuse(given(ebs.snapshotId()), "A root volume from another snapshot", "Ebs.SnapshotId");
        refuse(
                ebs.deleteOnTermination() != null && !ebs.deleteOnTermination(),
                "Keeping the root volume of a terminated instance",
                "Ebs.DeleteOnTermination");
    }

    private static void networkInterface(InstanceNetworkInterfaceSpecification specification) {
        refuse(
                isTrue(specification.associatePublicIpAddress()),
                "Public addresses at launch",
                "NetworkInterface.AssociatePublicIpAddress");
        refuse(
                given(specification.privateIpAddress())
                        || !specification.privateIpAddresses().isEmpty()
                        || count(specification.secondaryPrivateIpAddressCount()),
                "Chosen and secondary addresses",
                "NetworkInterface.PrivateIpAddress");
        refuse(
                count(specification.ipv6AddressCount())
                        || !specification.ipv6Addresses().isEmpty(),
                "IPv6 addresses",
                "NetworkInterface.Ipv6Address");
        refuse(
                specification.deleteOnTermination() != null && !specification.deleteOnTermination(),
                "Keeping the interface of a terminated instance",
                "NetworkInterface.DeleteOnTermination");
    }

    private static void refuse(boolean asked, String what, String parameter) {
        if (asked) {
            throw InstanceErrors.unsupported(what + " cannot be had in this cloud: leave " + parameter + " out.");
        }
    }

    private static boolean given(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static boolean count(@Nullable Integer number) {
        return number != null && number > 0;
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return value != null && value;
    }
}
