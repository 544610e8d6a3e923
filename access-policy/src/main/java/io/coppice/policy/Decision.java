package io.coppice.policy;

import java.util.List;

/** What policies say about a request. Only {@link Allowed} lets it pass. */
public sealed interface Decision {
    /** The statements that led to the decision; of a refusal by default none. */
    List<StatementMatch> matched();

    /** Whether the request may be carried out. */
    default boolean allowed() {
        return this instanceof Allowed;
    }

    /** Somebody allows it and nobody denies it. */
    record Allowed(List<StatementMatch> matched) implements Decision {
        public Allowed {
            matched = List.copyOf(matched);
        }
    }

    /** At least one statement denies it, whatever others allow. */
    record ExplicitlyDenied(List<StatementMatch> matched) implements Decision {
        public ExplicitlyDenied {
            matched = List.copyOf(matched);
        }
    }

    /**
     * Nothing denies it, and something that must allow it does not.
     *
     * @param lacking the first kind of document, in the order of evaluation, that ought to allow it
     * @param matched statements of other kinds that would have allowed it
     */
    record ImplicitlyDenied(PolicyOrigin lacking, List<StatementMatch> matched) implements Decision {
        public ImplicitlyDenied {
            matched = List.copyOf(matched);
        }
    }
}
