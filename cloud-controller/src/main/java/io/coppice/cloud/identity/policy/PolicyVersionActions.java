package io.coppice.cloud.identity.policy;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.wire.error.AwsException;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionResponse;
import software.amazon.awssdk.services.iam.model.DeletePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyVersionResponse;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionResponse;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsResponse;
import software.amazon.awssdk.services.iam.model.PolicyVersion;
import software.amazon.awssdk.services.iam.model.SetDefaultPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.SetDefaultPolicyVersionResponse;

/** IAM's actions on versions of managed policies. Thread-safe. */
@Singleton
public final class PolicyVersionActions implements ActionModule {
    private static final int MOST_VERSIONS = 5;
    private static final Pattern VERSION_ID = Pattern.compile("v([1-9][0-9]{0,8})(\\.[A-Za-z0-9-]*)?");

    private final IamStore store;

    /** For the container and for tests. */
    public PolicyVersionActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreatePolicyVersion", CreatePolicyVersionRequest::builder, this::create);
        registry.add(Service.IAM, "GetPolicyVersion", GetPolicyVersionRequest::builder, this::get);
        registry.add(Service.IAM, "ListPolicyVersions", ListPolicyVersionsRequest::builder, this::list);
        registry.add(Service.IAM, "SetDefaultPolicyVersion", SetDefaultPolicyVersionRequest::builder, this::setDefault);
        registry.add(Service.IAM, "DeletePolicyVersion", DeletePolicyVersionRequest::builder, this::delete);
    }

    private CreatePolicyVersionResponse create(RequestContext context, CreatePolicyVersionRequest request) {
        var document = ManagedPolicyActions.managed(request.policyDocument());
        var created = new ArrayList<PolicyVersion>();
        store.changeAccess(context.account(), entities -> {
            var policy = ManagedPolicies.own(entities, context.account(), request.policyArn());
            if (ManagedPolicies.versions(entities, policy).size() >= MOST_VERSIONS) {
                throw IamErrors.limitExceeded(
                        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an"
                                + " existing version.");
            }
            var now = store.now();
            var row = new PolicyVersionRow(policy.id(), policy.nextVersion(now), document, now);
            entities.persist(row);
            if (Boolean.TRUE.equals(request.setAsDefault())) {
                policy.useVersion(row.number(), now);
            }
            created.add(brief(row, policy.defaultVersion()));
        });
        return CreatePolicyVersionResponse.builder()
                .policyVersion(created.getFirst())
                .build();
    }

    private GetPolicyVersionResponse get(RequestContext context, GetPolicyVersionRequest request) {
        var number = number(request.versionId());
        var arn = Require.arn("policyArn", request.policyArn());
        return store.read(entities -> {
            var policy = ManagedPolicies.get(entities, context.account(), arn);
            var version = versions(entities, context, policy).stream()
                    .filter(each -> each.number() == number)
                    .findFirst()
                    .orElseThrow(() -> noSuchVersion(arn, request.versionId()));
            return GetPolicyVersionResponse.builder()
                    .policyVersion(brief(version, policy.defaultVersion()).toBuilder()
                            .document(Documents.encoded(version.document()))
                            .build())
                    .build();
        });
    }

    private ListPolicyVersionsResponse list(RequestContext context, ListPolicyVersionsRequest request) {
        return store.read(entities -> {
            var policy = ManagedPolicies.get(entities, context.account(), request.policyArn());
            var page = store.cut(
                    context,
                    new IamPages.Ask(request.maxItems(), request.marker()),
                    versions(entities, context, policy),
                    PolicyVersionActions::sortKey);
            return ListPolicyVersionsResponse.builder()
                    .versions(page.map(version -> brief(version, policy.defaultVersion())))
                    .isTruncated(page.nextToken() != null)
                    .marker(page.nextToken())
                    .build();
        });
    }

    private SetDefaultPolicyVersionResponse setDefault(RequestContext context, SetDefaultPolicyVersionRequest request) {
        var number = number(request.versionId());
        store.changeAccess(context.account(), entities -> {
            var policy = ManagedPolicies.own(entities, context.account(), request.policyArn());
            policy.useVersion(find(entities, policy, number).number(), store.now());
        });
        return SetDefaultPolicyVersionResponse.builder().build();
    }

    private DeletePolicyVersionResponse delete(RequestContext context, DeletePolicyVersionRequest request) {
        var number = number(request.versionId());
        store.changeAccess(context.account(), entities -> {
            var policy = ManagedPolicies.own(entities, context.account(), request.policyArn());
            var version = find(entities, policy, number);
            if (number == policy.defaultVersion()) {
                throw IamErrors.deleteConflictOf("Cannot delete the default version of a policy.");
            }
            entities.remove(version);
        });
        return DeletePolicyVersionResponse.builder().build();
    }

    /** For example {@code v3}. */
    public static String versionId(int number) {
        return "v" + number;
    }

    private static List<PolicyVersionRow> versions(
            EntityManager entities, RequestContext context, ManagedPolicy policy) {
        return BuiltInPolicies.document(policy.arn())
                .map(document -> List.of(new PolicyVersionRow(policy.id(), 1, document, policy.createdAt())))
                .orElseGet(() -> ManagedPolicies.versions(
                        entities, ManagedPolicies.own(entities, context.account(), policy.arn())));
    }

    private static PolicyVersionRow find(EntityManager entities, ManagedPolicyRow policy, int number) {
        return Optional.ofNullable(entities.find(PolicyVersionRow.class, new PolicyVersionRow.Key(policy.id(), number)))
                .orElseThrow(() -> noSuchVersion(policy.arn(), versionId(number)));
    }

    private static AwsException noSuchVersion(String arn, @Nullable String versionId) {
        return IamErrors.noSuchEntity(
                "Policy " + arn + " version " + versionId + " does not exist or is not attachable.");
    }

    private static int number(@Nullable String versionId) {
        var present = Require.present("versionId", versionId);
        Require.pattern("versionId", present, VERSION_ID, "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?");
        return Integer.parseInt(present.substring(1).replaceFirst("\\..*", ""));
    }

    /** The newest first. */
    private static String sortKey(PolicyVersionRow version) {
        return "%010d".formatted(Integer.MAX_VALUE - version.number());
    }

    private static PolicyVersion brief(PolicyVersionRow version, int defaultVersion) {
        return PolicyVersion.builder()
                .versionId(versionId(version.number()))
                .isDefaultVersion(version.number() == defaultVersion)
                .createDate(version.createdAt())
                .build();
    }
}
