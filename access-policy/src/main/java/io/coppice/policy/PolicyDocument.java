package io.coppice.policy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A policy in the language of IAM, read and checked (IAM User Guide, "IAM JSON policy elements reference"). Immutable and
 * thread-safe; reading costs some tens of microseconds, so documents are kept and not read per request.
 */
public final class PolicyDocument {
    /** Characters that a document may have, white space included; IAM's own limit on the wire. */
    public static final int MAX_CHARACTERS = 131_072;

    private final String json;
    private final Kind kind;
    private final Version version;
    private final Optional<String> id;
    private final Optional<String> name;
    private final List<Statement> statements;
    private final Set<String> conditionKeys;

    PolicyDocument(String json, Kind kind, Version version, Optional<String> id, List<Statement> statements) {
        this(json, kind, version, id, Optional.empty(), List.copyOf(statements), keys(statements));
    }

    private PolicyDocument(
            String json,
            Kind kind,
            Version version,
            Optional<String> id,
            Optional<String> name,
            List<Statement> statements,
            Set<String> conditionKeys) {
        this.json = json;
        this.kind = kind;
        this.version = version;
        this.id = id;
        this.name = name;
        this.statements = statements;
        this.conditionKeys = conditionKeys;
    }

    /** Reads a document; throws {@link MalformedPolicyException} with a message for its author. */
    public static PolicyDocument parse(String json, Kind kind) {
        return PolicyReader.read(json, kind);
    }

    /** The same document under a name, by which matches tell where they stand. */
    public PolicyDocument named(String newName) {
        return new PolicyDocument(json, kind, version, id, Optional.of(newName), statements, conditionKeys);
    }

    /** The text as it was given. */
    public String json() {
        return json;
    }

    public Kind kind() {
        return kind;
    }

    public Version version() {
        return version;
    }

    /** The element {@code Id}. */
    public Optional<String> id() {
        return id;
    }

    /** What {@link #named} gave it: for example the ARN of a managed policy or the name of an inline one. */
    public Optional<String> name() {
        return name;
    }

    public List<Statement> statements() {
        return statements;
    }

    /** Every key that a condition or a variable reads, in lower case and sorted. */
    public Set<String> conditionKeys() {
        return conditionKeys;
    }

    /** Whether a statement allows everything on every resource without conditions. */
    boolean allowsEverything() {
        return statements.stream().anyMatch(Statement::allowsEverything);
    }

    /**
     * Whether a statement allows something to everybody, without a condition that names networks, accounts or the like (S3
     * User Guide, "Blocking public access: the meaning of public").
     */
    public boolean isPublic() {
        return statements.stream().anyMatch(Statement::isPublic);
    }

    /** Whether a statement denies anything. */
    boolean denies() {
        return statements.stream().anyMatch(statement -> statement.effect() == Effect.DENY);
    }

    /** Characters without white space: what IAM counts against its limits. */
    public int countedCharacters() {
        return (int) json.chars().filter(each -> !Character.isWhitespace(each)).count();
    }

    private static Set<String> keys(List<Statement> statements) {
        var found = new TreeSet<String>();
        statements.forEach(statement -> statement.collectKeys(found));
        return java.util.Collections.unmodifiableSet(found);
    }

    /** Where a document is attached, which decides what elements it must and must not have. */
    public enum Kind {
        /** On users, groups, roles, accounts and sessions: no principal, a resource. */
        IDENTITY,
        /** On a resource such as a bucket: a principal and a resource. */
        RESOURCE,
        /** On a role, for those who may assume it: a principal and no resource. */
        TRUST
    }

    /** The two versions of the language. */
    public enum Version {
        /** What is taken where none stands; knows no variables. */
        V2008("2008-10-17"),
        V2012("2012-10-17");

        private final String date;

        Version(String date) {
            this.date = date;
        }

        /** As it stands in documents. */
        public String date() {
            return date;
        }
    }
}
