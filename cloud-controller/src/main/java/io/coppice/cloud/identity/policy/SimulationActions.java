package io.coppice.cloud.identity.policy;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.policy.AccessRequest;
import io.coppice.policy.Decision;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicyEvaluator;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.ContextEntry;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.GetContextKeysForCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetContextKeysForCustomPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetContextKeysForPrincipalPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetContextKeysForPrincipalPolicyResponse;
import software.amazon.awssdk.services.iam.model.PolicyEvaluationDecisionType;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyResponse;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyResponse;

/** IAM's policy simulator, on the engine that decides real requests. Thread-safe. */
@Singleton
public final class SimulationActions implements ActionModule {
    private static final String BOUNDARY_LIST = "PermissionsBoundaryPolicyInputList";
    private static final int MOST_EVALUATIONS = 2_000;
    private static final Pattern ACTION = Pattern.compile("[\\w-]{1,64}:[\\w*?-]{1,100}");

    private final IamStore store;

    /** For the container and for tests. */
    public SimulationActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "SimulateCustomPolicy", SimulateCustomPolicyRequest::builder, this::custom);
        registry.add(Service.IAM, "SimulatePrincipalPolicy", SimulatePrincipalPolicyRequest::builder, this::principal);
        registry.add(
                Service.IAM,
                "GetContextKeysForCustomPolicy",
                GetContextKeysForCustomPolicyRequest::builder,
                this::keys);
        registry.add(
                Service.IAM,
                "GetContextKeysForPrincipalPolicy",
                GetContextKeysForPrincipalPolicyRequest::builder,
                this::principalKeys);
    }

    private SimulateCustomPolicyResponse custom(RequestContext context, SimulateCustomPolicyRequest request) {
        var identity = SimulatedPolicies.given("PolicyInputList", request.policyInputList());
        if (identity.isEmpty()) {
            throw IamErrors.invalid("policyInputList", "Member must not be null");
        }
        var boundary = boundary(
                SimulatedPolicies.given(BOUNDARY_LIST, request.permissionsBoundaryPolicyInputList()), Optional.empty());
        var caller = caller(context, request.callerArn());
        var question = new Question(
                new PolicySet(identity, boundary, Optional.empty(), List.of()),
                resourcePolicy(request.resourcePolicy()),
                caller,
                request.actionNames(),
                request.resourceArns(),
                entries(request.contextEntries()));
        var page = store.cut(
                context,
                new IamPages.Ask(request.maxItems(), request.marker()),
                results(question),
                SimulationActions::sortKey);
        return SimulateCustomPolicyResponse.builder()
                .evaluationResults(page.map(Numbered::result))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private SimulatePrincipalPolicyResponse principal(RequestContext context, SimulatePrincipalPolicyRequest request) {
        var source = source(context, request.policySourceArn());
        var identity = new ArrayList<>(source.identity());
        identity.addAll(SimulatedPolicies.given("PolicyInputList", request.policyInputList()));
        var boundary = boundary(
                SimulatedPolicies.given(BOUNDARY_LIST, request.permissionsBoundaryPolicyInputList()),
                source.boundary());
        var callerArn = request.callerArn() != null ? request.callerArn() : source.callerArn();
        var question = new Question(
                new PolicySet(identity, boundary, Optional.empty(), List.of()),
                resourcePolicy(request.resourcePolicy()),
                caller(context, callerArn).withTags(source.tags()),
                request.actionNames(),
                request.resourceArns(),
                entries(request.contextEntries()));
        var page = store.cut(
                context,
                new IamPages.Ask(request.maxItems(), request.marker()),
                results(question),
                SimulationActions::sortKey);
        return SimulatePrincipalPolicyResponse.builder()
                .evaluationResults(page.map(Numbered::result))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private GetContextKeysForCustomPolicyResponse keys(
            RequestContext context, GetContextKeysForCustomPolicyRequest request) {
        var documents = SimulatedPolicies.given("PolicyInputList", request.policyInputList());
        return GetContextKeysForCustomPolicyResponse.builder()
                .contextKeyNames(keysOf(documents.stream()))
                .build();
    }

    private GetContextKeysForPrincipalPolicyResponse principalKeys(
            RequestContext context, GetContextKeysForPrincipalPolicyRequest request) {
        var source = source(context, request.policySourceArn());
        var given = SimulatedPolicies.given("PolicyInputList", request.policyInputList());
        return GetContextKeysForPrincipalPolicyResponse.builder()
                .contextKeyNames(keysOf(Stream.concat(source.identity().stream(), given.stream())))
                .build();
    }

    private SimulatedPolicies source(RequestContext context, @Nullable String arn) {
        return store.read(entities -> SimulatedPolicies.of(entities, context.account(), arn));
    }

    private static List<String> keysOf(Stream<PolicyDocument> documents) {
        return documents
                .flatMap(document -> document.conditionKeys().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** What the request gives takes the place of what the principal has. */
    private static Optional<PolicyDocument> boundary(List<PolicyDocument> given, Optional<PolicyDocument> own) {
        if (given.size() > 1) {
            throw IamErrors.invalid(
                    "permissionsBoundaryPolicyInputList", "Member must have length less than or equal to 1");
        }
        return given.isEmpty() ? own : Optional.of(given.getFirst());
    }

    private static Optional<PolicyDocument> resourcePolicy(@Nullable String text) {
        return text == null
                ? Optional.empty()
                : Optional.of(Documents.read("resourcePolicy", text, PolicyDocument.Kind.RESOURCE)
                        .named("ResourcePolicy"));
    }

    private static PolicyPrincipal caller(RequestContext context, @Nullable String arn) {
        if (arn == null) {
            return PolicyPrincipal.of(context.caller().arn(), context.caller().userId());
        }
        try {
            return PolicyPrincipal.of(arn, "");
        } catch (IllegalArgumentException e) {
            throw IamErrors.invalidInput(
                    "Invalid Entity Arn: " + arn + " does not clearly define entity type and name.");
        }
    }

    private static Map<String, List<String>> entries(List<ContextEntry> entries) {
        var values = new HashMap<String, List<String>>();
        entries.forEach(entry -> values.put(
                Require.length("contextKeyName", entry.contextKeyName(), 5, 256).toLowerCase(Locale.ROOT),
                entry.contextKeyValues()));
        return values;
    }

    private static List<Numbered> results(Question question) {
        if (question.actions().isEmpty()) {
            throw IamErrors.invalid("actionNames", "Member must not be null");
        }
        var resources = question.resources().isEmpty() ? List.of("*") : question.resources();
        if ((long) question.actions().size() * resources.size() > MOST_EVALUATIONS) {
            throw IamErrors.invalidInput("More than " + MOST_EVALUATIONS
                    + " combinations of actions and resources: ask in several requests.");
        }
        var results = new ArrayList<Numbered>();
        for (var action : question.actions()) {
            Require.pattern("actionNames", action, ACTION, "service:action");
            for (var resource : resources) {
                results.add(new Numbered(results.size(), result(question, action, resource)));
            }
        }
        return results;
    }

    private static EvaluationResult result(Question question, String action, String resource) {
        var request = new AccessRequest(question.caller(), action, resource, question.context());
        var decision = PolicyEvaluator.decide(request, question.set(), question.resourcePolicy());
        var documents = Stream.concat(question.set().documents(), question.resourcePolicy().stream());
        var missing = keysOf(documents).stream()
                .filter(key -> request.values(key).isEmpty())
                .toList();
        var result = EvaluationResult.builder()
                .evalActionName(action)
                .evalResourceName(resource)
                .evalDecision(word(decision))
                .matchedStatements(decision.matched().stream()
                        .map(SimulatedPolicies::statement)
                        .toList())
                .missingContextValues(missing);
        if (question.set().boundary().isPresent()) {
            var allowed = boundaryAllows(request, question);
            result.permissionsBoundaryDecisionDetail(detail -> detail.allowedByPermissionsBoundary(allowed));
        }
        return result.build();
    }

    private static boolean boundaryAllows(AccessRequest request, Question question) {
        var alone = PolicySet.ofIdentity(question.set().boundary().stream().toList());
        return PolicyEvaluator.decide(request, alone, Optional.empty()).allowed();
    }

    private static PolicyEvaluationDecisionType word(Decision decision) {
        return switch (decision) {
            case Decision.Allowed allowed -> PolicyEvaluationDecisionType.ALLOWED;
            case Decision.ExplicitlyDenied denied -> PolicyEvaluationDecisionType.EXPLICIT_DENY;
            case Decision.ImplicitlyDenied denied -> PolicyEvaluationDecisionType.IMPLICIT_DENY;
        };
    }

    private static String sortKey(Numbered result) {
        return "%06d".formatted(result.number());
    }

    /** What is asked: who, what, on what, under which policies. */
    private record Question(
            PolicySet set,
            Optional<PolicyDocument> resourcePolicy,
            PolicyPrincipal caller,
            List<String> actions,
            List<String> resources,
            Map<String, List<String>> context) {}

    /** A result and its place among the results. */
    private record Numbered(int number, EvaluationResult result) {}
}
