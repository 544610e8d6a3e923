package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import jakarta.enterprise.context.ApplicationScoped;
import software.amazon.awssdk.services.ec2.model.DisableEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.DisableEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.EnableEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.EnableEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.GetEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.GetEbsDefaultKmsKeyIdResponse;
import software.amazon.awssdk.services.ec2.model.GetEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.GetEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.ModifyEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.ModifyEbsDefaultKmsKeyIdResponse;
import software.amazon.awssdk.services.ec2.model.ResetEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.ResetEbsDefaultKmsKeyIdResponse;

/** What an account chooses for the encryption of its new volumes. Thread-safe. */
@ApplicationScoped
class EncryptionActions implements ActionModule {
    private final VolumeEncryption encryption;

    EncryptionActions(VolumeEncryption encryption) {
        this.encryption = encryption;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                ActionRegistry.Service.EC2,
                "GetEbsEncryptionByDefault",
                GetEbsEncryptionByDefaultRequest::builder,
                this::get);
        registry.add(
                ActionRegistry.Service.EC2,
                "EnableEbsEncryptionByDefault",
                EnableEbsEncryptionByDefaultRequest::builder,
                this::enable);
        registry.add(
                ActionRegistry.Service.EC2,
                "DisableEbsEncryptionByDefault",
                DisableEbsEncryptionByDefaultRequest::builder,
                this::disable);
        registry.add(
                ActionRegistry.Service.EC2,
                "GetEbsDefaultKmsKeyId",
                GetEbsDefaultKmsKeyIdRequest::builder,
                this::getKey);
        registry.add(
                ActionRegistry.Service.EC2,
                "ModifyEbsDefaultKmsKeyId",
                ModifyEbsDefaultKmsKeyIdRequest::builder,
                this::modifyKey);
        registry.add(
                ActionRegistry.Service.EC2,
                "ResetEbsDefaultKmsKeyId",
                ResetEbsDefaultKmsKeyIdRequest::builder,
                this::resetKey);
    }

    GetEbsEncryptionByDefaultResponse get(RequestContext context, GetEbsEncryptionByDefaultRequest request) {
        var on = encryption.isDefault(context.account());
        return GetEbsEncryptionByDefaultResponse.builder()
                .ebsEncryptionByDefault(on)
                .sseType(on ? "sse-kms" : "none")
                .build();
    }

    EnableEbsEncryptionByDefaultResponse enable(RequestContext context, EnableEbsEncryptionByDefaultRequest request) {
        encryption.setDefault(context.account(), true);
        return EnableEbsEncryptionByDefaultResponse.builder()
                .ebsEncryptionByDefault(true)
                .build();
    }

    DisableEbsEncryptionByDefaultResponse disable(
            RequestContext context, DisableEbsEncryptionByDefaultRequest request) {
        encryption.setDefault(context.account(), false);
        return DisableEbsEncryptionByDefaultResponse.builder()
                .ebsEncryptionByDefault(false)
                .build();
    }

    GetEbsDefaultKmsKeyIdResponse getKey(RequestContext context, GetEbsDefaultKmsKeyIdRequest request) {
        return GetEbsDefaultKmsKeyIdResponse.builder()
                .kmsKeyId(encryption.defaultKey(context.account()))
                .build();
    }

    ModifyEbsDefaultKmsKeyIdResponse modifyKey(RequestContext context, ModifyEbsDefaultKmsKeyIdRequest request) {
        if (request.kmsKeyId() == null) {
            throw VolumeErrors.missing("KmsKeyId");
        }
        return ModifyEbsDefaultKmsKeyIdResponse.builder()
                .kmsKeyId(encryption.setDefaultKey(context.account(), request.kmsKeyId()))
                .build();
    }

    ResetEbsDefaultKmsKeyIdResponse resetKey(RequestContext context, ResetEbsDefaultKmsKeyIdRequest request) {
        return ResetEbsDefaultKmsKeyIdResponse.builder()
                .kmsKeyId(encryption.setDefaultKey(context.account(), null))
                .build();
    }
}
