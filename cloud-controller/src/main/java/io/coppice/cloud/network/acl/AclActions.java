package io.coppice.cloud.network.acl;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.tag.TagRules;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclEntryResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclAssociationResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryResponse;

/** Network ACLs, their entries, and which subnets they are for. Thread-safe. */
@ApplicationScoped
class AclActions implements ActionModule {
    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final Subnets subnets;
    private final NetworkAcls acls;
    private final AclAnswers answers;
    private final NetworkConfig config;

    AclActions(
            NetworkLedger ledger,
            Vpcs vpcs,
            Subnets subnets,
            NetworkAcls acls,
            AclAnswers answers,
            NetworkConfig config) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.subnets = subnets;
        this.acls = acls;
        this.answers = answers;
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateNetworkAcl", CreateNetworkAclRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteNetworkAcl", DeleteNetworkAclRequest::builder, this::delete);
        registry.add(Service.EC2, "CreateNetworkAclEntry", CreateNetworkAclEntryRequest::builder, this::createEntry);
        registry.add(Service.EC2, "ReplaceNetworkAclEntry", ReplaceNetworkAclEntryRequest::builder, this::replaceEntry);
        registry.add(Service.EC2, "DeleteNetworkAclEntry", DeleteNetworkAclEntryRequest::builder, this::deleteEntry);
        registry.add(
                Service.EC2,
                "ReplaceNetworkAclAssociation",
                ReplaceNetworkAclAssociationRequest::builder,
                this::replaceAssociation);
    }

    CreateNetworkAclResponse create(RequestContext context, CreateNetworkAclRequest request) {
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.NETWORK_ACL.resourceType());
        var counted = request.toBuilder().clientToken(null).build();
        return ledger.call(context, entities -> {
            var id = ledger.once(entities, context, request.clientToken(), counted, () -> {
                vpcs.change(entities, context.account(), vpcId);
                if (acls.in(entities, vpcId).size() >= config.maxNetworkAcls()) {
                    throw NetworkErrors.limit(
                            "NetworkAclLimitExceeded", "network ACLs of a VPC", config.maxNetworkAcls());
                }
                var made = NetworkKind.NETWORK_ACL.newId();
                acls.make(entities, made, context.account().value(), vpcId, false);
                ledger.made(context, NetworkKind.NETWORK_ACL, made, tags, Map.of("vpc", vpcId));
                return made;
            });
            var acl = acls.require(entities, context.account(), id);
            return CreateNetworkAclResponse.builder()
                    .networkAcl(answers.of(entities, context.account(), List.of(acl))
                            .getFirst())
                    .clientToken(request.clientToken())
                    .build();
        });
    }

    DeleteNetworkAclResponse delete(RequestContext context, DeleteNetworkAclRequest request) {
        var id = NetworkErrors.required(request.networkAclId(), "NetworkAclId");
        ledger.run(context, entities -> {
            var acl = acls.change(entities, context.account(), id);
            if (acl.isDefault) {
                throw AclErrors.defaultAcl(id);
            }
            if (subnets.in(entities, acl.vpcId).stream().anyMatch(subnet -> id.equals(subnet.networkAclId()))) {
                throw NetworkErrors.inUse(NetworkKind.NETWORK_ACL, id);
            }
            entities.remove(acl);
            ledger.removed(context, NetworkKind.NETWORK_ACL, id);
        });
        return DeleteNetworkAclResponse.builder().build();
    }

    CreateNetworkAclEntryResponse createEntry(RequestContext context, CreateNetworkAclEntryRequest request) {
        var key = key(request.networkAclId(), request.egress(), request.ruleNumber());
        var rule = AclRules.read(request);
        ledger.run(context, entities -> {
            acls.change(entities, context.account(), key.aclId());
            if (entities.find(AclEntryRow.class, key) != null) {
                throw AclErrors.entryExists(key.number());
            }
            var sameDirection =
                    acls.entries(entities, List.of(key.aclId())).getOrDefault(key.aclId(), List.of()).stream()
                            .filter(entry -> entry.key.egress() == key.egress())
                            .count();
            if (sameDirection >= config.maxNetworkAclEntries()) {
                throw NetworkErrors.limit(
                        "NetworkAclEntryLimitExceeded", "entries of a network ACL", config.maxNetworkAclEntries());
            }
            entities.persist(new AclEntryRow(key, rule));
            record(context, "entry-created", key);
        });
        return CreateNetworkAclEntryResponse.builder().build();
    }

    ReplaceNetworkAclEntryResponse replaceEntry(RequestContext context, ReplaceNetworkAclEntryRequest request) {
        var key = key(request.networkAclId(), request.egress(), request.ruleNumber());
        var rule = AclRules.read(request);
        ledger.run(context, entities -> {
            acls.change(entities, context.account(), key.aclId());
            var entry = entities.find(AclEntryRow.class, key);
            if (entry == null) {
                throw AclErrors.entryNotFound(key.number());
            }
            entry.set(rule);
            record(context, "entry-replaced", key);
        });
        return ReplaceNetworkAclEntryResponse.builder().build();
    }

    DeleteNetworkAclEntryResponse deleteEntry(RequestContext context, DeleteNetworkAclEntryRequest request) {
        var key = key(request.networkAclId(), request.egress(), request.ruleNumber());
        ledger.run(context, entities -> {
            acls.change(entities, context.account(), key.aclId());
            var entry = entities.find(AclEntryRow.class, key);
            if (entry == null) {
                throw AclErrors.entryNotFound(key.number());
            }
            entities.remove(entry);
            record(context, "entry-deleted", key);
        });
        return DeleteNetworkAclEntryResponse.builder().build();
    }

    ReplaceNetworkAclAssociationResponse replaceAssociation(
            RequestContext context, ReplaceNetworkAclAssociationRequest request) {
        var association = NetworkErrors.required(request.associationId(), "AssociationId");
        var aclId = NetworkErrors.required(request.networkAclId(), "NetworkAclId");
        return ledger.call(context, entities -> {
            var acl = acls.change(entities, context.account(), aclId);
            var found = entities.createQuery(
                            "select s.id from SubnetRow s where s.networkAclAssociationId = :association"
                                    + " and s.accountId = :account",
                            String.class)
                    .setParameter("association", association)
                    .setParameter("account", context.account().value())
                    .getResultList();
            if (found.isEmpty()) {
                throw AclErrors.associationNotFound(association);
            }
            var subnet = subnets.change(entities, context.account(), found.getFirst());
            if (!association.equals(subnet.networkAclAssociationId())) {
                throw AclErrors.associationNotFound(association);
            }
            if (!subnet.vpcId().equals(acl.vpcId)) {
                throw AclErrors.otherNetwork(aclId, subnet.id());
            }
            var replacement = NetworkKind.newId(NetworkAcls.ASSOCIATION_PREFIX);
            subnet.useNetworkAcl(aclId, replacement);
            ledger.record(context, NetworkKind.NETWORK_ACL, aclId, "associated", Map.of("subnet", subnet.id()));
            return ReplaceNetworkAclAssociationResponse.builder()
                    .newAssociationId(replacement)
                    .build();
        });
    }

    private static AclEntryRow.Key key(@Nullable String aclId, @Nullable Boolean egress, @Nullable Integer number) {
        var acl = NetworkErrors.required(aclId, "NetworkAclId");
        if (egress == null) {
            throw NetworkErrors.missing("Egress");
        }
        return new AclEntryRow.Key(acl, egress, AclRules.number(number));
    }

    private void record(RequestContext context, String what, AclEntryRow.Key key) {
        ledger.record(
                context,
                NetworkKind.NETWORK_ACL,
                key.aclId(),
                what,
                Map.of("rule_number", key.number(), "egress", key.egress()));
    }
}
