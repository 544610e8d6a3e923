package io.coppice.cloud.identity.role;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteServiceLinkedRoleResponse;
import software.amazon.awssdk.services.iam.model.GetServiceLinkedRoleDeletionStatusRequest;
import software.amazon.awssdk.services.iam.model.GetServiceLinkedRoleDeletionStatusResponse;

/** IAM's actions on roles that services make for themselves: no service of this cloud does. Stateless. */
@Singleton
public final class ServiceLinkedRoleActions implements ActionModule {
    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.IAM,
                "CreateServiceLinkedRole",
                CreateServiceLinkedRoleRequest::builder,
                ServiceLinkedRoleActions::create);
        registry.add(
                Service.IAM,
                "DeleteServiceLinkedRole",
                DeleteServiceLinkedRoleRequest::builder,
                ServiceLinkedRoleActions::delete);
        registry.add(
                Service.IAM,
                "GetServiceLinkedRoleDeletionStatus",
                GetServiceLinkedRoleDeletionStatusRequest::builder,
                ServiceLinkedRoleActions::status);
    }

    private static CreateServiceLinkedRoleResponse create(
            RequestContext context, CreateServiceLinkedRoleRequest request) {
        var service = Require.length("aWSServiceName", request.awsServiceName(), 1, 128);
        throw IamErrors.invalidInput(
                "Service " + service + " has no service-linked role in this cloud; no service needs one here.");
    }

    private static DeleteServiceLinkedRoleResponse delete(
            RequestContext context, DeleteServiceLinkedRoleRequest request) {
        throw IamErrors.notFound(EntityKind.ROLE, Require.name(EntityKind.ROLE, request.roleName()));
    }

    private static GetServiceLinkedRoleDeletionStatusResponse status(
            RequestContext context, GetServiceLinkedRoleDeletionStatusRequest request) {
        var task = Require.length("deletionTaskId", request.deletionTaskId(), 1, 1000);
        throw IamErrors.noSuchEntity("The deletion task " + task + " cannot be found.");
    }
}
