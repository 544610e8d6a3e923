package io.coppice.cloud.network.routetable;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationResponse;

/** CreateRouteTable, DeleteRouteTable, and which subnets a table decides for. Thread-safe. */
@ApplicationScoped
class RouteTableActions implements ActionModule {
    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final Subnets subnets;
    private final RouteTables tables;
    private final RouteAnswers answers;
    private final NetworkConfig config;

    RouteTableActions(
            NetworkLedger ledger,
            Vpcs vpcs,
            Subnets subnets,
            RouteTables tables,
            RouteAnswers answers,
            NetworkConfig config) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.subnets = subnets;
        this.tables = tables;
        this.answers = answers;
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateRouteTable", CreateRouteTableRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteRouteTable", DeleteRouteTableRequest::builder, this::delete);
        registry.add(Service.EC2, "AssociateRouteTable", AssociateRouteTableRequest::builder, this::associate);
        registry.add(Service.EC2, "DisassociateRouteTable", DisassociateRouteTableRequest::builder, this::disassociate);
        registry.add(
                Service.EC2,
                "ReplaceRouteTableAssociation",
                ReplaceRouteTableAssociationRequest::builder,
                this::replaceAssociation);
    }

    CreateRouteTableResponse create(RequestContext context, CreateRouteTableRequest request) {
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.ROUTE_TABLE.resourceType());
        var counted = request.toBuilder().clientToken(null).build();
        return ledger.call(context, entities -> {
            var id = ledger.once(entities, context, request.clientToken(), counted, () -> {
                vpcs.change(entities, context.account(), vpcId);
                if (tables.in(entities, vpcId).size() >= config.maxRouteTables()) {
                    throw NetworkErrors.limit(
                            "RouteTableLimitExceeded", "route tables of a VPC", config.maxRouteTables());
                }
                var made = NetworkKind.ROUTE_TABLE.newId();
                tables.make(entities, made, context.account().value(), vpcId, null);
                ledger.made(context, NetworkKind.ROUTE_TABLE, made, tags, Map.of("vpc", vpcId));
                return made;
            });
            var table = tables.require(entities, context.account(), id);
            return CreateRouteTableResponse.builder()
                    .routeTable(answers.of(entities, context.account(), List.of(table))
                            .getFirst())
                    .clientToken(request.clientToken())
                    .build();
        });
    }

    DeleteRouteTableResponse delete(RequestContext context, DeleteRouteTableRequest request) {
        var id = NetworkErrors.required(request.routeTableId(), "RouteTableId");
        ledger.run(context, entities -> {
            var table = tables.change(entities, context.account(), id);
            var used = subnets.in(entities, table.vpcId).stream().anyMatch(subnet -> id.equals(subnet.routeTableId()));
            if (used || table.mainAssociationId != null) {
                throw NetworkErrors.inUse(NetworkKind.ROUTE_TABLE, id);
            }
            entities.remove(table);
            ledger.removed(context, NetworkKind.ROUTE_TABLE, id);
        });
        return DeleteRouteTableResponse.builder().build();
    }

    AssociateRouteTableResponse associate(RequestContext context, AssociateRouteTableRequest request) {
        var tableId = NetworkErrors.required(request.routeTableId(), "RouteTableId");
        if (request.gatewayId() != null) {
            throw NetworkErrors.unsupported("Gateways of this cloud have no route tables: give a SubnetId.");
        }
        var subnetId = NetworkErrors.required(request.subnetId(), "SubnetId");
        return ledger.call(context, entities -> {
            var table = tables.change(entities, context.account(), tableId);
            var subnet = subnets.change(entities, context.account(), subnetId);
            if (!table.vpcId.equals(subnet.vpcId())) {
                throw RouteErrors.otherNetwork(tableId, subnetId);
            }
            if (subnet.routeTableId() != null && !subnet.routeTableId().equals(tableId)) {
                throw RouteErrors.alreadyAssociated(tableId);
            }
            var association = subnet.routeTableAssociationId();
            if (association == null) {
                association = NetworkKind.newId(RouteTables.ASSOCIATION_PREFIX);
                subnet.useRouteTable(tableId, association);
                ledger.record(context, NetworkKind.ROUTE_TABLE, tableId, "associated", Map.of("subnet", subnetId));
            }
            return AssociateRouteTableResponse.builder()
                    .associationId(association)
                    .associationState(RouteAnswers.associated())
                    .build();
        });
    }

    DisassociateRouteTableResponse disassociate(RequestContext context, DisassociateRouteTableRequest request) {
        var association = NetworkErrors.required(request.associationId(), "AssociationId");
        ledger.run(context, entities -> {
            if (mainTable(entities, context.account(), association).isPresent()) {
                throw RouteErrors.mainAssociation(association);
            }
            var subnet = subnet(entities, context.account(), association);
            var tableId = String.valueOf(subnet.routeTableId());
            subnet.useRouteTable(null, null);
            ledger.record(context, NetworkKind.ROUTE_TABLE, tableId, "disassociated", Map.of("subnet", subnet.id()));
        });
        return DisassociateRouteTableResponse.builder().build();
    }

    ReplaceRouteTableAssociationResponse replaceAssociation(
            RequestContext context, ReplaceRouteTableAssociationRequest request) {
        var association = NetworkErrors.required(request.associationId(), "AssociationId");
        var tableId = NetworkErrors.required(request.routeTableId(), "RouteTableId");
        return ledger.call(context, entities -> {
            var table = tables.change(entities, context.account(), tableId);
            var replacement = NetworkKind.newId(RouteTables.ASSOCIATION_PREFIX);
            var main = mainTable(entities, context.account(), association);
            if (main.isPresent()) {
                checkSameVpc(table, main.get().vpcId, association);
                main.get().mainAssociationId = null;
                entities.flush();
                table.mainAssociationId = replacement;
            } else {
                var subnet = subnet(entities, context.account(), association);
                checkSameVpc(table, subnet.vpcId(), association);
                subnet.useRouteTable(tableId, replacement);
            }
            ledger.record(context, NetworkKind.ROUTE_TABLE, tableId, "associated", Map.of("replaced", association));
            return ReplaceRouteTableAssociationResponse.builder()
                    .newAssociationId(replacement)
                    .associationState(RouteAnswers.associated())
                    .build();
        });
    }

    private static void checkSameVpc(RouteTableRow table, String vpcId, String association) {
        if (!table.vpcId.equals(vpcId)) {
            throw RouteErrors.otherNetwork(table.id, association);
        }
    }

    private static Optional<RouteTableRow> mainTable(EntityManager entities, AccountId account, String association) {
        return entities
                .createQuery(
                        "from RouteTableRow t where t.mainAssociationId = :association and t.accountId = :account",
                        RouteTableRow.class)
                .setParameter("association", association)
                .setParameter("account", account.value())
                .getResultList()
                .stream()
                .findFirst();
    }

    /** The subnet of an association, with its VPC locked. */
    private SubnetRow subnet(EntityManager entities, AccountId account, String association) {
        var id = entities
                .createQuery(
                        "select s.id from SubnetRow s where s.routeTableAssociationId = :association"
                                + " and s.accountId = :account",
                        String.class)
                .setParameter("association", association)
                .setParameter("account", account.value())
                .getResultList()
                .stream()
                .findFirst()
                .orElseThrow(() -> RouteErrors.associationNotFound(association));
        var subnet = subnets.change(entities, account, id);
        if (!association.equals(subnet.routeTableAssociationId())) {
            throw RouteErrors.associationNotFound(association);
        }
        return subnet;
    }
}
