package io.coppice.cloud.setting;

import io.coppice.cloud.front.ActionModule;
import io.coppice.cloud.front.ActionRegistry;
import io.coppice.cloud.front.ActionRegistry.Service;
import io.coppice.cloud.front.RequestContext;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceEventNotificationAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceEventNotificationAttributesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcBlockPublicAccessOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcBlockPublicAccessOptionsResponse;
import software.amazon.awssdk.services.ec2.model.GetAllowedImagesSettingsRequest;
import software.amazon.awssdk.services.ec2.model.GetAllowedImagesSettingsResponse;
import software.amazon.awssdk.services.ec2.model.GetDefaultCreditSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.GetDefaultCreditSpecificationResponse;
import software.amazon.awssdk.services.ec2.model.GetEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.GetEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.GetImageBlockPublicAccessStateRequest;
import software.amazon.awssdk.services.ec2.model.GetImageBlockPublicAccessStateResponse;
import software.amazon.awssdk.services.ec2.model.GetInstanceMetadataDefaultsRequest;
import software.amazon.awssdk.services.ec2.model.GetInstanceMetadataDefaultsResponse;
import software.amazon.awssdk.services.ec2.model.GetSerialConsoleAccessStatusRequest;
import software.amazon.awssdk.services.ec2.model.GetSerialConsoleAccessStatusResponse;
import software.amazon.awssdk.services.ec2.model.GetSnapshotBlockPublicAccessStateRequest;
import software.amazon.awssdk.services.ec2.model.GetSnapshotBlockPublicAccessStateResponse;
import software.amazon.awssdk.services.ec2.model.UnlimitedSupportedInstanceFamily;

/** The settings of an account that are the same for all accounts of this cloud. Thread-safe. */
@ApplicationScoped
class SettingActions implements ActionModule {
    private static final Set<String> BURSTABLE = Set.of("t2", "t3", "t3a", "t4g");

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "GetEbsEncryptionByDefault",
                GetEbsEncryptionByDefaultRequest::builder,
                SettingActions::encryption);
        registry.add(
                Service.EC2,
                "GetSerialConsoleAccessStatus",
                GetSerialConsoleAccessStatusRequest::builder,
                SettingActions::serialConsole);
        registry.add(
                Service.EC2,
                "GetImageBlockPublicAccessState",
                GetImageBlockPublicAccessStateRequest::builder,
                SettingActions::publicImages);
        registry.add(
                Service.EC2,
                "GetSnapshotBlockPublicAccessState",
                GetSnapshotBlockPublicAccessStateRequest::builder,
                SettingActions::publicSnapshots);
        registry.add(
                Service.EC2,
                "GetAllowedImagesSettings",
                GetAllowedImagesSettingsRequest::builder,
                SettingActions::allowedImages);
        registry.add(
                Service.EC2,
                "GetInstanceMetadataDefaults",
                GetInstanceMetadataDefaultsRequest::builder,
                SettingActions::metadataDefaults);
        registry.add(
                Service.EC2,
                "GetDefaultCreditSpecification",
                GetDefaultCreditSpecificationRequest::builder,
                SettingActions::credits);
        registry.add(
                Service.EC2,
                "DescribeVpcBlockPublicAccessOptions",
                DescribeVpcBlockPublicAccessOptionsRequest::builder,
                SettingActions::publicNetworks);
        registry.add(
                Service.EC2,
                "DescribeInstanceEventNotificationAttributes",
                DescribeInstanceEventNotificationAttributesRequest::builder,
                SettingActions::eventNotification);
    }

    /** Volumes are not encrypted, so none is by default. */
    private static GetEbsEncryptionByDefaultResponse encryption(
            RequestContext context, GetEbsEncryptionByDefaultRequest request) {
        return GetEbsEncryptionByDefaultResponse.builder()
                .ebsEncryptionByDefault(false)
                .sseType("none")
                .build();
    }

    private static GetSerialConsoleAccessStatusResponse serialConsole(
            RequestContext context, GetSerialConsoleAccessStatusRequest request) {
        return GetSerialConsoleAccessStatusResponse.builder()
                .serialConsoleAccessEnabled(false)
                .managedBy("account")
                .build();
    }

    private static GetImageBlockPublicAccessStateResponse publicImages(
            RequestContext context, GetImageBlockPublicAccessStateRequest request) {
        return GetImageBlockPublicAccessStateResponse.builder()
                .imageBlockPublicAccessState("unblocked")
                .managedBy("account")
                .build();
    }

    private static GetSnapshotBlockPublicAccessStateResponse publicSnapshots(
            RequestContext context, GetSnapshotBlockPublicAccessStateRequest request) {
        return GetSnapshotBlockPublicAccessStateResponse.builder()
                .state("unblocked")
                .managedBy("account")
                .build();
    }

    private static GetAllowedImagesSettingsResponse allowedImages(
            RequestContext context, GetAllowedImagesSettingsRequest request) {
        return GetAllowedImagesSettingsResponse.builder()
                .state("disabled")
                .imageCriteria(List.of())
                .managedBy("account")
                .build();
    }

    /** An account that has set nothing answers an empty structure. */
    private static GetInstanceMetadataDefaultsResponse metadataDefaults(
            RequestContext context, GetInstanceMetadataDefaultsRequest request) {
        return GetInstanceMetadataDefaultsResponse.builder()
                .accountLevel(level -> level.managedBy("account"))
                .build();
    }

    private static GetDefaultCreditSpecificationResponse credits(
            RequestContext context, GetDefaultCreditSpecificationRequest request) {
        var family = family(request.instanceFamilyAsString());
        return GetDefaultCreditSpecificationResponse.builder()
                .instanceFamilyCreditSpecification(
                        credit -> credit.instanceFamily(family).cpuCredits("standard"))
                .build();
    }

    private static UnlimitedSupportedInstanceFamily family(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw AwsException.client("MissingParameter", "The request must contain the parameter InstanceFamily");
        }
        if (!BURSTABLE.contains(name)) {
            throw AwsException.client(
                    "InvalidParameterValue",
                    "Invalid value '" + name + "' for InstanceFamily. Expecting one of t2, t3, t3a, t4g.");
        }
        return UnlimitedSupportedInstanceFamily.fromValue(name);
    }

    private static DescribeVpcBlockPublicAccessOptionsResponse publicNetworks(
            RequestContext context, DescribeVpcBlockPublicAccessOptionsRequest request) {
        return DescribeVpcBlockPublicAccessOptionsResponse.builder()
                .vpcBlockPublicAccessOptions(
                        options -> options.awsAccountId(context.account().value())
                                .state("default-state")
                                .internetGatewayBlockMode("off")
                                .exclusionsAllowed("not-allowed")
                                .managedBy("account"))
                .build();
    }

    private static DescribeInstanceEventNotificationAttributesResponse eventNotification(
            RequestContext context, DescribeInstanceEventNotificationAttributesRequest request) {
        return DescribeInstanceEventNotificationAttributesResponse.builder()
                .instanceTagAttribute(
                        tags -> tags.includeAllTagsOfInstance(false).instanceTagKeys(List.of()))
                .build();
    }
}
