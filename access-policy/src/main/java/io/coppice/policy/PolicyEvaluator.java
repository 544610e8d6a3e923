package io.coppice.policy;

import io.coppice.policy.Statement.Naming;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides requests in the order that AWS documents (IAM User Guide, "Policy evaluation logic"): an explicit deny anywhere
 * refuses; then the cap on the account must allow; then a resource of the same account may allow by naming the principal;
 * then boundary, session and identity policies must all allow, and a resource of another account as well. Stateless.
 */
public final class PolicyEvaluator {
    private PolicyEvaluator() {}

    /**
     * The decision, with the statements that led to it.
     *
     * @param resourcePolicy the policy on the resource, of kind RESOURCE or TRUST
     */
    public static Decision decide(AccessRequest request, PolicySet set, Optional<PolicyDocument> resourcePolicy) {
        var evaluation = new Evaluation(request);
        var identity = Layer.of(PolicyOrigin.IDENTITY, set.identity(), evaluation);
        var boundary = Layer.of(PolicyOrigin.BOUNDARY, set.boundary().stream().toList(), evaluation);
        var session = Layer.of(PolicyOrigin.SESSION, set.session().orElse(List.of()), evaluation);
        var account = Layer.of(PolicyOrigin.ACCOUNT, set.account(), evaluation);
        var resource = Layer.of(PolicyOrigin.RESOURCE, resourcePolicy.stream().toList(), evaluation);
        var layers = List.of(identity, boundary, session, account, resource);
        if (layers.stream().anyMatch(layer -> !layer.denies.isEmpty())) {
            return new Decision.ExplicitlyDenied(
                    layers.stream().flatMap(layer -> layer.denies.stream()).toList());
        }
        var allows = layers.stream().flatMap(layer -> layer.allows.stream()).toList();
        return lacking(request, set, new Layers(identity, boundary, session, account, resource))
                .<Decision>map(origin -> new Decision.ImplicitlyDenied(origin, allows))
                .orElseGet(() -> new Decision.Allowed(allows));
    }

    /** The first kind of document that must allow and does not. */
    private static Optional<PolicyOrigin> lacking(AccessRequest request, PolicySet set, Layers layers) {
        var granted = layers.resource.closest;
        if (request.principal().type().stranger()) {
            return granted == Naming.NONE ? Optional.of(PolicyOrigin.RESOURCE) : Optional.empty();
        }
        if (!set.account().isEmpty() && !layers.account.allows()) {
            return Optional.of(PolicyOrigin.ACCOUNT);
        }
        var bounded = set.boundary().isPresent() && !layers.boundary.allows();
        var restricted = set.session().isPresent() && !layers.session.allows();
        if (request.crossesAccounts()) {
            if (granted == Naming.NONE) {
                return Optional.of(PolicyOrigin.RESOURCE);
            }
        } else if (granted == Naming.PRINCIPAL || (granted == Naming.ROLE && !bounded && !restricted)) {
            return Optional.empty();
        }
        if (bounded) {
            return Optional.of(PolicyOrigin.BOUNDARY);
        }
        if (restricted) {
            return Optional.of(PolicyOrigin.SESSION);
        }
        return layers.identity.allows() ? Optional.empty() : Optional.of(PolicyOrigin.IDENTITY);
    }

    private record Layers(Layer identity, Layer boundary, Layer session, Layer account, Layer resource) {}

    /** What all documents of one kind say. */
    private static final class Layer {
        private final List<StatementMatch> allows = new ArrayList<>();
        private final List<StatementMatch> denies = new ArrayList<>();
        private Naming closest = Naming.NONE;

        static Layer of(PolicyOrigin origin, List<PolicyDocument> documents, Evaluation evaluation) {
            var layer = new Layer();
            for (var document : documents) {
                for (var statement : document.statements()) {
                    var naming = statement.match(evaluation);
                    if (naming != Naming.NONE) {
                        layer.add(naming, new StatementMatch(origin, document, statement));
                    }
                }
            }
            return layer;
        }

        private void add(Naming naming, StatementMatch match) {
            if (match.statement().effect() == Effect.DENY) {
                denies.add(match);
                return;
            }
            allows.add(match);
            if (naming.compareTo(closest) > 0) {
                closest = naming;
            }
        }

        boolean allows() {
            return !allows.isEmpty();
        }
    }
}
