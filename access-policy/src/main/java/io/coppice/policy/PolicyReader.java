package io.coppice.policy;

import io.coppice.policy.PolicyDocument.Kind;
import io.coppice.policy.PolicyDocument.Version;
import io.coppice.policy.Statement.Head;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes a document of JSON, or says in IAM's words what is wrong with it (IAM User Guide, "Grammar of the IAM JSON policy
 * language"). Used once.
 */
final class PolicyReader {
    private static final int MAX_STATEMENTS = 1_000;
    private static final Pattern SID = Pattern.compile("[0-9A-Za-z]*");
    private static final String LIMIT = "Limit";
    private static final Pattern ACTION = Pattern.compile("(\\*|[A-Za-z0-9-]+):[A-Za-z0-9*?_-]+");
    private static final Pattern TRUST_ACTION =
            Pattern.compile("sts:(assumerole[a-z]*|tagsession|setsourceidentity|setcontext|\\*)");
    private static final Set<String> DOCUMENT_ELEMENTS = Set.of("Version", "Id", "Statement");
    private static final Set<String> STATEMENT_ELEMENTS = Set.of(
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition");

    private final Kind kind;
    private final boolean variables;
    private final Set<String> sids = new HashSet<>();

    private PolicyReader(Kind kind, Version version) {
        this.kind = kind;
        this.variables = version == Version.V2012;
    }

    static PolicyDocument read(String json, Kind kind) {
        if (json.length() > PolicyDocument.MAX_CHARACTERS) {
            throw malformed("The policy has more than " + PolicyDocument.MAX_CHARACTERS + " characters.");
        }
        var document = Fields.of(JsonReader.read(json), DOCUMENT_ELEMENTS);
        var version = version(document);
        var id = document.text("Id");
        var statements = document.required("Statement", "Missing required field Statement");
        var each =
                statements instanceof Json.Items(List<Json> several, SourceRange where) ? several : List.of(statements);
        if (each.isEmpty() || each.size() > MAX_STATEMENTS) {
            throw malformed("The policy must contain 1 to " + MAX_STATEMENTS + " statements.");
        }
        var reader = new PolicyReader(kind, version);
        return new PolicyDocument(
                json, kind, version, id, each.stream().map(reader::statement).toList());
    }

    private static Version version(Fields document) {
        var date = document.text("Version").orElse(Version.V2008.date());
        for (var version : Version.values()) {
            if (version.date().equals(date)) {
                return version;
            }
        }
        throw malformed("The policy must contain a valid version string");
    }

    private Statement statement(Json json) {
        var fields = Fields.of(json, STATEMENT_ELEMENTS);
        var head = new Head(sid(fields), effect(fields), isLimit(fields), json.where());
        var principals = principals(fields);
        var actions = actions(fields);
        var resources = resources(fields);
        var conditions = fields.value("Condition")
                .map(each -> new ConditionReader(variables).read(each))
                .orElse(List.of());
        return new Statement(head, principals, actions, resources, conditions);
    }

    private Optional<String> sid(Fields fields) {
        var sid = fields.text("Sid").filter(each -> !each.isEmpty());
        sid.ifPresent(each -> {
            if (kind != Kind.RESOURCE && !SID.matcher(each).matches()) {
                throw malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular"
                        + " expression [0-9A-Za-z]*");
            }
            if (!sids.add(each)) {
                throw malformed("Statement IDs (SID) in a single policy must be unique.");
            }
        });
        return sid;
    }

    private Effect effect(Fields fields) {
        var word = fields.text("Effect").orElseThrow(() -> malformed("Missing required field Effect"));
        for (var effect : Effect.values()) {
            if (effect.word().equals(word)) {
                return effect;
            }
        }
        if (isLimit(fields)) {
            return Effect.DENY;
        }
        throw malformed("Invalid effect: " + word);
    }

    /** Eucalyptus's own effect, on whom a policy is attached to: it denies what is beyond its conditions. */
    private boolean isLimit(Fields fields) {
        return kind == Kind.IDENTITY
                && fields.text("Effect").filter(LIMIT::equals).isPresent();
    }

    private Optional<PrincipalElement> principals(Fields fields) {
        var found = fields.oneOf("Principal", "NotPrincipal");
        if (kind == Kind.IDENTITY) {
            if (found.isPresent()) {
                throw malformed("Policy document should not specify a principal.");
            }
            return Optional.empty();
        }
        var choice = found.orElseThrow(() -> malformed("Missing required field Principal"));
        if (kind == Kind.TRUST && choice.negated()) {
            throw malformed("Has prohibited field NotPrincipal");
        }
        return Optional.of(new PrincipalElement(choice.negated(), PrincipalReader.read(choice.value())));
    }

    private ActionElement actions(Fields fields) {
        var choice = fields.oneOf("Action", "NotAction")
                .orElseThrow(() -> malformed("Policy statement must contain actions."));
        var patterns = new ArrayList<Wildcards>();
        for (var action : texts(choice.value(), "Policy statement must contain actions.")) {
            patterns.add(Wildcards.of(action(action)));
        }
        return new ActionElement(choice.negated(), List.copyOf(patterns));
    }

    private String action(String text) {
        var action = text.toLowerCase(Locale.ROOT);
        if (kind == Kind.TRUST) {
            if (!TRUST_ACTION.matcher(action).matches()) {
                throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
            }
        } else if (!action.equals("*") && !ACTION.matcher(action).matches()) {
            throw malformed(
                    action.indexOf(':') < 0
                            ? "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
                            : "The policy failed legacy parsing");
        }
        return action;
    }

    private Optional<ResourceElement> resources(Fields fields) {
        var found = fields.oneOf("Resource", "NotResource");
        if (kind == Kind.TRUST) {
            if (found.isPresent()) {
                throw malformed("Has prohibited field Resource");
            }
            return Optional.empty();
        }
        var choice = found.orElseThrow(() -> malformed("Policy statement must contain resources."));
        var everything = false;
        var patterns = new ArrayList<ArnPattern>();
        for (var text : texts(choice.value(), "Policy statement must contain resources.")) {
            if (text.equals("*")) {
                everything = true;
            } else {
                patterns.add(ArnPattern.parse(text, variables)
                        .orElseThrow(() -> malformed("Resource " + text + " must be in ARN format or \"*\".")));
            }
        }
        return Optional.of(new ResourceElement(choice.negated(), everything, List.copyOf(patterns)));
    }

    /** One string or a list of strings; an empty list is answered with the message. */
    static List<String> texts(Json json, String messageWhenEmpty) {
        return switch (json) {
            case Json.Text(String value, SourceRange where) -> List.of(value);
            case Json.Items(List<Json> values, SourceRange where) -> {
                if (values.isEmpty()) {
                    throw malformed(messageWhenEmpty);
                }
                yield values.stream().map(PolicyReader::text).toList();
            }
            case Json.Scalar scalar -> throw malformed("Syntax errors in policy.");
            case Json.Members members -> throw malformed("Syntax errors in policy.");
        };
    }

    private static String text(Json json) {
        if (json instanceof Json.Text(String value, SourceRange where)) {
            return value;
        }
        throw malformed("Syntax errors in policy.");
    }

    static MalformedPolicyException malformed(String message) {
        return new MalformedPolicyException(message);
    }

    /** One of two elements that exclude each other. */
    private record Choice(boolean negated, Json value) {}

    /** The members of an object, of which all are known. */
    private record Fields(Json.Members members) {
        static Fields of(Json json, Set<String> known) {
            if (!(json instanceof Json.Members members)) {
                throw malformed("Syntax errors in policy.");
            }
            for (var name : members.values().keySet()) {
                if (!known.contains(name)) {
                    throw malformed("Unknown field " + name);
                }
            }
            return new Fields(members);
        }

        Optional<Json> value(String name) {
            return Optional.ofNullable(members.values().get(name));
        }

        Json required(String name, String message) {
            return value(name).orElseThrow(() -> malformed(message));
        }

        Optional<String> text(String name) {
            return value(name).map(PolicyReader::text);
        }

        Optional<Choice> oneOf(String name, String notName) {
            if (value(name).isPresent() && value(notName).isPresent()) {
                throw malformed("A statement may contain either " + name + " or " + notName + ", not both.");
            }
            return value(name).map(found -> new Choice(false, found)).or(() -> value(notName)
                    .map(found -> new Choice(true, found)));
        }
    }
}
