package io.coppice.policy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One statement of a document: an effect on the requests that match its principal, action, resource and conditions. */
public final class Statement {
    private final Optional<String> sid;
    private final Effect effect;
    private final Optional<PrincipalElement> principals;
    private final ActionElement actions;
    private final Optional<ResourceElement> resources;
    private final List<Condition> conditions;
    private final SourceRange where;
    private final boolean limit;
    private final Set<String> limitKeys;

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
        this.limit = head.limit();
        var keys = new TreeSet<String>();
        if (limit) {
            conditions.forEach(condition -> condition.collectKeys(keys));
        }
        this.limitKeys = Set.copyOf(keys);
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
        return limit ? beyondLimit(evaluation, naming) : within(evaluation, naming);
    }

    private Naming within(Evaluation evaluation, Naming naming) {
        for (var condition : conditions) {
            if (!condition.holds(evaluation)) {
                return Naming.NONE;
            }
        }
        return naming;
    }

    /** A limit is about requests that have what it speaks of, and denies those that are beyond it. */
    private Naming beyondLimit(Evaluation evaluation, Naming naming) {
        for (var key : limitKeys) {
            if (evaluation.values(key).isEmpty()) {
                return Naming.NONE;
            }
        }
        return within(evaluation, naming) == Naming.NONE ? naming : Naming.NONE;
    }

    boolean allowsEverything() {
        return effect == Effect.ALLOW
                && principals.isEmpty()
                && conditions.isEmpty()
                && actions.everything()
                && resources.filter(ResourceElement::matchesEverything).isPresent();
    }

    boolean isPublic() {
        return effect == Effect.ALLOW
                && principals.filter(PrincipalElement::namesEverybody).isPresent()
                && conditions.stream().noneMatch(Condition::narrowsCallers);
    }

    void collectKeys(Set<String> keys) {
        conditions.forEach(condition -> condition.collectKeys(keys));
        resources.ifPresent(each -> each.collectKeys(keys));
    }

    /**
     * What a statement begins with.
     *
     * @param limit whether it denies where its conditions do not hold, instead of where they do: Eucalyptus's effect {@code
     *     Limit}, for quotas
     */
    record Head(Optional<String> sid, Effect effect, boolean limit, SourceRange where) {}

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
