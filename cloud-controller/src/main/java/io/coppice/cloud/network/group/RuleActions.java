package io.coppice.cloud.network.group;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.group.PermissionReader.Form;
import io.coppice.cloud.network.group.SecurityRules.Target;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupEgressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupEgressResponse;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupEgressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupEgressResponse;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsEgressRequest;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsEgressResponse;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsIngressRequest;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsIngressResponse;

/** The actions on rules that exist once for each direction. Thread-safe. */
@ApplicationScoped
class RuleActions implements ActionModule {
    private final NetworkLedger ledger;
    private final SecurityRules rules;

    RuleActions(NetworkLedger ledger, SecurityRules rules) {
        this.ledger = ledger;
        this.rules = rules;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(
                Service.EC2,
                "AuthorizeSecurityGroupIngress",
                AuthorizeSecurityGroupIngressRequest::builder,
                this::authorizeIngress);
        registry.add(
                Service.EC2,
                "AuthorizeSecurityGroupEgress",
                AuthorizeSecurityGroupEgressRequest::builder,
                this::authorizeEgress);
        registry.add(
                Service.EC2,
                "RevokeSecurityGroupIngress",
                RevokeSecurityGroupIngressRequest::builder,
                this::revokeIngress);
        registry.add(
                Service.EC2,
                "RevokeSecurityGroupEgress",
                RevokeSecurityGroupEgressRequest::builder,
                this::revokeEgress);
        registry.add(
                Service.EC2,
                "UpdateSecurityGroupRuleDescriptionsIngress",
                UpdateSecurityGroupRuleDescriptionsIngressRequest::builder,
                this::describeIngress);
        registry.add(
                Service.EC2,
                "UpdateSecurityGroupRuleDescriptionsEgress",
                UpdateSecurityGroupRuleDescriptionsEgressRequest::builder,
                this::describeEgress);
    }

    AuthorizeSecurityGroupIngressResponse authorizeIngress(
            RequestContext context, AuthorizeSecurityGroupIngressRequest request) {
        var form = new Form(
                request.ipPermissions(),
                request.ipProtocol(),
                request.fromPort(),
                request.toPort(),
                request.cidrIp(),
                request.sourceSecurityGroupName(),
                request.sourceSecurityGroupOwnerId());
        return AuthorizeSecurityGroupIngressResponse.builder()
                .returnValue(true)
                .securityGroupRules(rules.authorize(
                        context,
                        new Target(request.groupId(), request.groupName(), false),
                        form,
                        request.tagSpecifications()))
                .build();
    }

    AuthorizeSecurityGroupEgressResponse authorizeEgress(
            RequestContext context, AuthorizeSecurityGroupEgressRequest request) {
        var form = new Form(
                request.ipPermissions(),
                request.ipProtocol(),
                request.fromPort(),
                request.toPort(),
                request.cidrIp(),
                request.sourceSecurityGroupName(),
                request.sourceSecurityGroupOwnerId());
        return AuthorizeSecurityGroupEgressResponse.builder()
                .returnValue(true)
                .securityGroupRules(rules.authorize(
                        context, new Target(request.groupId(), null, true), form, request.tagSpecifications()))
                .build();
    }

    RevokeSecurityGroupIngressResponse revokeIngress(
            RequestContext context, RevokeSecurityGroupIngressRequest request) {
        var form = new Form(
                request.ipPermissions(),
                request.ipProtocol(),
                request.fromPort(),
                request.toPort(),
                request.cidrIp(),
                request.sourceSecurityGroupName(),
                request.sourceSecurityGroupOwnerId());
        return RevokeSecurityGroupIngressResponse.builder()
                .returnValue(true)
                .revokedSecurityGroupRules(rules.revoke(
                        context,
                        new Target(request.groupId(), request.groupName(), false),
                        form,
                        request.securityGroupRuleIds()))
                .unknownIpPermissions(List.of())
                .build();
    }

    RevokeSecurityGroupEgressResponse revokeEgress(RequestContext context, RevokeSecurityGroupEgressRequest request) {
        var form = new Form(
                request.ipPermissions(),
                request.ipProtocol(),
                request.fromPort(),
                request.toPort(),
                request.cidrIp(),
                request.sourceSecurityGroupName(),
                request.sourceSecurityGroupOwnerId());
        return RevokeSecurityGroupEgressResponse.builder()
                .returnValue(true)
                .revokedSecurityGroupRules(rules.revoke(
                        context, new Target(request.groupId(), null, true), form, request.securityGroupRuleIds()))
                .unknownIpPermissions(List.of())
                .build();
    }

    UpdateSecurityGroupRuleDescriptionsIngressResponse describeIngress(
            RequestContext context, UpdateSecurityGroupRuleDescriptionsIngressRequest request) {
        rules.describe(
                context,
                new Target(request.groupId(), request.groupName(), false),
                Form.of(request.ipPermissions()),
                request.securityGroupRuleDescriptions());
        return UpdateSecurityGroupRuleDescriptionsIngressResponse.builder()
                .returnValue(true)
                .build();
    }

    UpdateSecurityGroupRuleDescriptionsEgressResponse describeEgress(
            RequestContext context, UpdateSecurityGroupRuleDescriptionsEgressRequest request) {
        rules.describe(
                context,
                new Target(request.groupId(), request.groupName(), true),
                Form.of(request.ipPermissions()),
                request.securityGroupRuleDescriptions());
        return UpdateSecurityGroupRuleDescriptionsEgressResponse.builder()
                .returnValue(true)
                .build();
    }
}
