package io.coppice.cloud.setting;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceEventNotificationAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceEventNotificationAttributesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcBlockPublicAccessOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcBlockPublicAccessOptionsResponse;
import software.amazon.awssdk.services.ec2.model.GetAllowedImagesSettingsRequest;
import software.amazon.awssdk.services.ec2.model.GetAllowedImagesSettingsResponse;
import software.amazon.awssdk.services.ec2.model.GetSerialConsoleAccessStatusRequest;
import software.amazon.awssdk.services.ec2.model.GetSerialConsoleAccessStatusResponse;

/** The settings of an account that are the same for all accounts of this cloud. Thread-safe. */
@ApplicationScoped
class SettingActions implements ActionModule {
    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "GetSerialConsoleAccessStatus",
                GetSerialConsoleAccessStatusRequest::builder,
                SettingActions::serialConsole);
        registry.add(
                Service.EC2,
                "GetAllowedImagesSettings",
                GetAllowedImagesSettingsRequest::builder,
                SettingActions::allowedImages);
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

    private static GetSerialConsoleAccessStatusResponse serialConsole(
            RequestContext context, GetSerialConsoleAccessStatusRequest request) {
        return GetSerialConsoleAccessStatusResponse.builder()
                .serialConsoleAccessEnabled(false)
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
