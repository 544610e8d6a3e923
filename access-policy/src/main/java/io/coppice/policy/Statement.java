package io.coppice.policy;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One statement of a document: an effect on the requests that match its principal, action, resource and conditions. */
public final class Statement {
    private final Optional<String> sid;
    private final Effect effect;
    private final Optional<PrincipalElement> principals;
    private final ActionElement actions;
    private final Optional<ResourceElement> resources;
    private final List<Condition> conditions;
    private final SourceRange where;

    Statement(
            Head head,
            Optional<PrincipalElement> principals,
            ActionElement actions,
            Optional<ResourceElement> resources,
            List<Condition> conditions) {
        this.sid = head.sid();
        this.effect = head.effect();
        this.where = head.where();
        this.principals = principals;
        this.actions = actions;
        this.resources = resources;
        this.conditions = List.copyOf(conditions);
    }

    /** The name that its author gave it. */
    public Optional<String> sid() {
        return sid;
    }

    public Effect effect() {
        return effect;
    }

    /** Where it stands in the document. */
    public SourceRange where() {
        return where;
    }

    /**
     * How closely the statement names the principal when all else of it matches too; {@link Naming#NONE} when the statement
     * does not match. A statement without principal is about whom it is attached to, so about the principal itself.
     */
    Naming match(Evaluation evaluation) {
        if (!actions.matches(evaluation.action())) {
            return Naming.NONE;
        }
        var naming = principals
                .map(each -> each.match(evaluation.request().principal()))
                .orElse(Naming.PRINCIPAL);
        if (naming == Naming.NONE || (resources.isPresent() && !resources.get().matches(evaluation))) {
            return Naming.NONE;
        }
        for (var condition : conditions) {
            if (!condition.holds(evaluation)) {
                return Naming.NONE;
            }
        }
        return naming;
    }

    boolean allowsEverything() {
        return effect == Effect.ALLOW
                && principals.isEmpty()
                && conditions.isEmpty()
                && actions.everything()
                && resources.filter(ResourceElement::matchesEverything).isPresent();
    }

    void collectKeys(Set<String> keys) {
        conditions.forEach(condition -> condition.collectKeys(keys));
        resources.ifPresent(each -> each.collectKeys(keys));
    }

    /** What a statement begins with. */
    record Head(Optional<String> sid, Effect effect, SourceRange where) {}

    /** How a statement names a principal; later ones are closer. */
    enum Naming {
        NONE,
        /** It names the account and leaves to the account who of it may. */
        ACCOUNT,
        /** It names the role, of which the principal is a session. */
        ROLE,
        /** It names the user or session itself, or everybody. */
        PRINCIPAL
    }
}
