package io.coppice.cloud.network.group;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.VpcGenerations;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSecurityGroupResponse;

/** CreateSecurityGroup and DeleteSecurityGroup. Thread-safe. */
@ApplicationScoped
class SecurityGroupActions implements ActionModule {
    private static final NetworkKind KIND = NetworkKind.SECURITY_GROUP;
    private static final Pattern TEXT = Pattern.compile("[a-zA-Z0-9. _\\-:/()#,@\\[\\]+=&;{}!$*]{1,255}");
    private static final String CHARACTERS =
            "are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";
    private static final String EVERYWHERE_IPV6 = "::/0";
    private static final String USED = """
            select 1 from security_group_rules where peer = ? and group_id <> peer
            union all select 1 from network_interface_groups where group_id = ?
            limit 1""";

    private final NetworkLedger ledger;
    private final SecurityGroups groups;
    private final Vpcs vpcs;
    private final VpcGenerations generations;
    private final GroupConfig config;

    SecurityGroupActions(
            NetworkLedger ledger, SecurityGroups groups, Vpcs vpcs, VpcGenerations generations, GroupConfig config) {
        this.ledger = ledger;
        this.groups = groups;
        this.vpcs = vpcs;
        this.generations = generations;
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateSecurityGroup", CreateSecurityGroupRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteSecurityGroup", DeleteSecurityGroupRequest::builder, this::delete);
    }

    CreateSecurityGroupResponse create(RequestContext context, CreateSecurityGroupRequest request) {
        var name = checkedName(request.groupName());
        var description = NetworkErrors.required(request.description(), "GroupDescription");
        if (!TEXT.matcher(description).matches()) {
            throw GroupErrors.value("Invalid security group description. Valid descriptions " + CHARACTERS);
        }
        var wanted = TagRules.of(request.tagSpecifications(), KIND.resourceType());
        return ledger.call(context, entities -> {
            var vpcId = vpcOf(entities, context, request.vpcId());
            if (groups.in(entities, vpcId).stream().anyMatch(each -> each.name.equals(name))) {
                throw GroupErrors.duplicate(name, vpcId);
            }
            PlainSql.lock(entities, "security groups " + context.account());
            if (groups.count(entities, context.account()) >= config.maxPerAccount()) {
                throw GroupErrors.tooManyGroups(config.maxPerAccount());
            }
            var row = groups.make(
                    entities,
                    new SecurityGroups.Group(KIND.newId(), context.account().value(), vpcId, name),
                    description);
            addEgress(entities, row.id, SecurityGroups.EVERYWHERE);
            if (vpcs.ranges(entities, vpcId).stream().anyMatch(IpRange::ipv6)) {
                addEgress(entities, row.id, EVERYWHERE_IPV6);
            }
            ledger.made(context, KIND, row.id, wanted, Map.of("name", name, "vpc", vpcId));
            return CreateSecurityGroupResponse.builder()
                    .groupId(row.id)
                    .securityGroupArn(ledger.arn(context.account(), KIND, row.id))
                    .tags(TagRules.toList(wanted))
                    .build();
        });
    }

    private static void addEgress(EntityManager entities, String groupId, String everywhere) {
        entities.persist(new RuleRow(
                NetworkKind.SECURITY_GROUP_RULE.newId(), groupId, Permission.everything(true, everywhere), ""));
    }

    /** The VPC that the group is to be in, locked. */
    private String vpcOf(EntityManager entities, RequestContext context, @Nullable String given) {
        var id = given != null && !given.isEmpty()
                ? given
                : vpcs.standard(entities, context.account())
                        .orElseThrow(GroupErrors::noDefaultVpc)
                        .id();
        return vpcs.change(entities, context.account(), id).id();
    }

    DeleteSecurityGroupResponse delete(RequestContext context, DeleteSecurityGroupRequest request) {
        return ledger.call(context, entities -> {
            var group = groups.require(entities, context.account(), request.groupId(), request.groupName());
            if (group.isDefault()) {
                throw GroupErrors.defaultStays(group.id);
            }
            generations.changed(entities, group.vpcId);
            var id = group.id;
            if (!PlainSql.query(entities, USED, row -> true, id, id).isEmpty()) {
                throw GroupErrors.dependent(id);
            }
            groups.remove(entities, group);
            ledger.removed(context, KIND, id);
            return DeleteSecurityGroupResponse.builder()
                    .returnValue(true)
                    .groupId(id)
                    .build();
        });
    }

    private static String checkedName(@Nullable String given) {
        var name = NetworkErrors.required(given, "GroupName").stripTrailing();
        if (name.equals(SecurityGroups.DEFAULT_NAME)) {
            throw GroupErrors.reserved(name);
        }
        if (name.startsWith(KIND.prefix())) {
            throw GroupErrors.value(
                    "Invalid value '" + name + "' for groupName. Group names may not be in the format" + " sg-*.");
        }
        if (!TEXT.matcher(name).matches()) {
            throw GroupErrors.value(
                    "Value (" + name + ") for parameter GroupName is invalid. Valid group names " + CHARACTERS);
        }
        return name;
    }
}
