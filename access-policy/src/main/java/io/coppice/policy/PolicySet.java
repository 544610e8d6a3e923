package io.coppice.policy;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All documents that bind a principal, apart from those on resources. Immutable; made once per principal and kept.
 *
 * @param identity attached to the user, to the user's groups, or to the role; any of them may allow
 * @param boundary when present, it must allow too
 * @param session empty: the session is not restricted. Present: one of them must allow too, so an empty list allows nothing
 * @param account the operator's cap on the whole account; when there are any, one of them must allow too
 */
public record PolicySet(
        List<PolicyDocument> identity,
        Optional<PolicyDocument> boundary,
        Optional<List<PolicyDocument>> session,
        List<PolicyDocument> account) {
    private static final PolicyDocument EVERYTHING = PolicyDocument.parse("""
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""", PolicyDocument.Kind.IDENTITY);

    /** A principal without any policy: may do what resources grant by name, and nothing else. */
    public static final PolicySet NOTHING = ofIdentity(List.of());

    /** An account's root where the operator has put no cap on the account. */
    public static final PolicySet UNRESTRICTED = root(List.of());

    public PolicySet {
        identity = List.copyOf(identity);
        session = session.map(List::copyOf);
        account = List.copyOf(account);
    }

    /** Identity policies alone. */
    public static PolicySet ofIdentity(List<PolicyDocument> identity) {
        return new PolicySet(identity, Optional.empty(), Optional.empty(), List.of());
    }

    /** An account's root: bound by the cap on its account and by nothing else. */
    public static PolicySet root(List<PolicyDocument> account) {
        return new PolicySet(List.of(EVERYTHING), Optional.empty(), Optional.empty(), account);
    }

    /**
     * Whether no request can be refused by this set: the way of an account's root and of administrators, worth a shortcut.
     * Resources may still refuse.
     */
    public boolean allowsEverything() {
        return boundary.isEmpty()
                && session.isEmpty()
                && account.isEmpty()
                && identity.stream().anyMatch(PolicyDocument::allowsEverything)
                && identity.stream().noneMatch(PolicyDocument::denies);
    }

    /**
     * Whether a condition or variable of any document reads a key that begins so. What is dear to look up, like tags of
     * resources, need not be looked up otherwise.
     *
     * @param keyPrefix in lower case, for example {@code ec2:resourcetag/}
     */
    public boolean mentions(String keyPrefix) {
        return documents()
                .anyMatch(document -> document.conditionKeys().stream().anyMatch(key -> key.startsWith(keyPrefix)));
    }

    /** Every document of the set. */
    public Stream<PolicyDocument> documents() {
        return Stream.of(identity.stream(), boundary.stream(), session.stream().flatMap(List::stream), account.stream())
                .flatMap(each -> each);
    }
}
