package io.coppice.cloud.setting;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeAggregateIdFormatRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAggregateIdFormatResponse;
import software.amazon.awssdk.services.ec2.model.DescribeIdFormatRequest;
import software.amazon.awssdk.services.ec2.model.DescribeIdFormatResponse;
import software.amazon.awssdk.services.ec2.model.DescribeIdentityIdFormatRequest;
import software.amazon.awssdk.services.ec2.model.DescribeIdentityIdFormatResponse;
import software.amazon.awssdk.services.ec2.model.DescribePrincipalIdFormatRequest;
import software.amazon.awssdk.services.ec2.model.DescribePrincipalIdFormatResponse;
import software.amazon.awssdk.services.ec2.model.IdFormat;
import software.amazon.awssdk.services.ec2.model.ModifyIdFormatRequest;
import software.amazon.awssdk.services.ec2.model.ModifyIdFormatResponse;
import software.amazon.awssdk.services.ec2.model.ModifyIdentityIdFormatRequest;
import software.amazon.awssdk.services.ec2.model.ModifyIdentityIdFormatResponse;

/** The format of ids: long for every kind of resource and everybody, as in AWS since 2018. Thread-safe. */
@ApplicationScoped
class IdFormatActions implements ActionModule {
    /** The kinds whose ids were once short (API reference, DescribeIdFormat). */
    private static final List<String> KINDS = List.of(
            "bundle",
            "conversion-task",
            "customer-gateway",
            "dhcp-options",
            "elastic-ip-allocation",
            "elastic-ip-association",
            "export-task",
            "flow-log",
            "image",
            "import-task",
            "instance",
            "internet-gateway",
            "network-acl",
            "network-acl-association",
            "network-interface",
            "network-interface-attachment",
            "prefix-list",
            "reservation",
            "route-table",
            "route-table-association",
            "security-group",
            "snapshot",
            "subnet",
            "subnet-cidr-block-association",
            "volume",
            "vpc",
            "vpc-cidr-block-association",
            "vpc-endpoint",
            "vpc-peering-connection",
            "vpn-connection",
            "vpn-gateway");

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "DescribeIdFormat", DescribeIdFormatRequest::builder, IdFormatActions::ofCaller);
        registry.add(
                Service.EC2,
                "DescribeIdentityIdFormat",
                DescribeIdentityIdFormatRequest::builder,
                IdFormatActions::ofIdentity);
        registry.add(
                Service.EC2,
                "DescribeAggregateIdFormat",
                DescribeAggregateIdFormatRequest::builder,
                IdFormatActions::aggregate);
        registry.add(
                Service.EC2,
                "DescribePrincipalIdFormat",
                DescribePrincipalIdFormatRequest::builder,
                IdFormatActions::ofPrincipals);
        registry.add(Service.EC2, "ModifyIdFormat", ModifyIdFormatRequest::builder, IdFormatActions::modify);
        registry.add(
                Service.EC2,
                "ModifyIdentityIdFormat",
                ModifyIdentityIdFormatRequest::builder,
                IdFormatActions::modifyIdentity);
    }

    private static DescribeIdFormatResponse ofCaller(RequestContext context, DescribeIdFormatRequest request) {
        return DescribeIdFormatResponse.builder()
                .statuses(formats(request.resource()))
                .build();
    }

    private static DescribeIdentityIdFormatResponse ofIdentity(
            RequestContext context, DescribeIdentityIdFormatRequest request) {
        required(request.principalArn(), "PrincipalArn");
        return DescribeIdentityIdFormatResponse.builder()
                .statuses(formats(request.resource()))
                .build();
    }

    private static DescribeAggregateIdFormatResponse aggregate(
            RequestContext context, DescribeAggregateIdFormatRequest request) {
        return DescribeAggregateIdFormatResponse.builder()
                .useLongIdsAggregated(true)
                .statuses(formats(null))
                .build();
    }

    /** Lists principals that have chosen a format of their own, which nobody can. */
    private static DescribePrincipalIdFormatResponse ofPrincipals(
            RequestContext context, DescribePrincipalIdFormatRequest request) {
        request.resources().forEach(IdFormatActions::check);
        return DescribePrincipalIdFormatResponse.builder().principals(List.of()).build();
    }

    private static ModifyIdFormatResponse modify(RequestContext context, ModifyIdFormatRequest request) {
        keepLong(request.resource(), request.useLongIds());
        return ModifyIdFormatResponse.builder().build();
    }

    private static ModifyIdentityIdFormatResponse modifyIdentity(
            RequestContext context, ModifyIdentityIdFormatRequest request) {
        required(request.principalArn(), "PrincipalArn");
        keepLong(request.resource(), request.useLongIds());
        return ModifyIdentityIdFormatResponse.builder().build();
    }

    private static void keepLong(@Nullable String kind, @Nullable Boolean longIds) {
        var name = required(kind, "Resource");
        if (!isEveryKind(name)) {
            check(name);
        }
        if (longIds == null) {
            throw missing("UseLongIds");
        }
        if (!longIds) {
            throw AwsException.client(
                    "InvalidParameterValue",
                    "Value (false) for parameter useLongIds is invalid. Ids are long and cannot be made short.");
        }
    }

    private static List<IdFormat> formats(@Nullable String kind) {
        if (kind == null || isEveryKind(kind)) {
            return KINDS.stream().map(IdFormatActions::format).toList();
        }
        check(kind);
        return List.of(format(kind));
    }

    private static boolean isEveryKind(String name) {
        return name.equals("all-current");
    }

    private static void check(String kind) {
        if (!KINDS.contains(kind)) {
            throw AwsException.client(
                    "InvalidParameterValue", "Value (" + kind + ") for parameter resource is invalid. It is unknown.");
        }
    }

    private static IdFormat format(String kind) {
        return IdFormat.builder().resource(kind).useLongIds(true).build();
    }

    private static String required(@Nullable String value, String name) {
        if (value == null || value.isEmpty()) {
            throw missing(name);
        }
        return value;
    }

    private static AwsException missing(String name) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + name);
    }
}
