package io.coppice.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * If this fails, wildcards match other texts than they say, a further deny lets somebody do more, or a text that is no
 * policy brings the reader down.
 */
class PolicyPropertiesTest {
    @Property(tries = 5_000)
    boolean wildcardsMatchAsTheNaiveMatcherDoes(@ForAll("patterns") String pattern, @ForAll("texts") String text) {
        return Wildcards.of(pattern).matches(text) == naive(pattern, text);
    }

    private static boolean naive(String pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        var rest = pattern.substring(1);
        return switch (pattern.charAt(0)) {
            case '*' -> naive(rest, text) || (!text.isEmpty() && naive(pattern, text.substring(1)));
            case '?' -> !text.isEmpty() && naive(rest, text.substring(1));
            default -> !text.isEmpty() && text.charAt(0) == pattern.charAt(0) && naive(rest, text.substring(1));
        };
    }

    @Property
    boolean aFurtherDenyNeverWidens(
            @ForAll("statements") List<String> statements,
            @ForAll("deny") String deny,
            @ForAll("requests") AccessRequest request) {
        var before = decide(statements, request);
        var after = decide(Stream.concat(statements.stream(), Stream.of(deny)).toList(), request);
        return before || !after;
    }

    @Property
    boolean aFurtherAllowNeverNarrows(
            @ForAll("statements") List<String> statements,
            @ForAll("allow") String allow,
            @ForAll("requests") AccessRequest request) {
        var before = decide(statements, request);
        var after = decide(Stream.concat(statements.stream(), Stream.of(allow)).toList(), request);
        return !before || after;
    }

    @Property
    boolean theOrderOfStatementsDoesNotMatter(
            @ForAll("statements") List<String> statements, @ForAll("requests") AccessRequest request) {
        return decide(statements, request) == decide(statements.reversed(), request);
    }

    @Property
    boolean aBoundaryAndASessionPolicyNeverWiden(
            @ForAll("statements") List<String> identity,
            @ForAll("statements") List<String> limit,
            @ForAll("requests") AccessRequest request) {
        var plain = decide(identity, request);
        var documents = List.of(document(identity));
        var bounded = new PolicySet(documents, Optional.of(document(limit)), Optional.empty(), List.of());
        var restricted = new PolicySet(documents, Optional.empty(), Optional.of(List.of(document(limit))), List.of());
        var capped = new PolicySet(documents, Optional.empty(), Optional.empty(), List.of(document(limit)));
        return Stream.of(bounded, restricted, capped)
                .allMatch(set -> plain
                        || !PolicyEvaluator.decide(request, set, Optional.empty())
                                .allowed());
    }

    @Property
    void noTextBringsTheReaderDown(@ForAll("documents") String text) {
        for (var kind : PolicyDocument.Kind.values()) {
            try {
                PolicyDocument.parse(text, kind);
            } catch (MalformedPolicyException e) {
                if (e.reason().isBlank()) {
                    throw new AssertionError("a refusal without a reason for " + text, e);
                }
            }
        }
    }

    private static boolean decide(List<String> statements, AccessRequest request) {
        return PolicyEvaluator.decide(request, PolicySet.ofIdentity(List.of(document(statements))), Optional.empty())
                .allowed();
    }

    private static PolicyDocument document(List<String> statements) {
        return PolicyDocument.parse(
                "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}",
                PolicyDocument.Kind.IDENTITY);
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.strings().withChars("ab*?").ofMaxLength(8);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("abc").ofMaxLength(10);
    }

    @Provide
    Arbitrary<List<String>> statements() {
        return statement(Arbitraries.of("Allow", "Deny")).list().ofMinSize(1).ofMaxSize(4);
    }

    @Provide
    Arbitrary<String> deny() {
        return statement(Arbitraries.just("Deny"));
    }

    @Provide
    Arbitrary<String> allow() {
        return statement(Arbitraries.just("Allow"));
    }

    private static Arbitrary<String> statement(Arbitrary<String> effects) {
        return Combinators.combine(
                        effects,
                        Arbitraries.of("Action", "NotAction"),
                        Arbitraries.of("*", "s3:*", "s3:Get*", "s3:GetObject", "ec2:*"),
                        Arbitraries.of("Resource", "NotResource"),
                        Arbitraries.of("*", "arn:aws:s3:::b/*", "arn:aws:s3:::*", "arn:aws:s3:::b/${aws:username}"),
                        Arbitraries.of(
                                "{}",
                                "{\"StringEquals\":{\"s3:prefix\":\"x\"}}",
                                "{\"StringNotLikeIfExists\":{\"s3:prefix\":\"x*\"}}",
                                "{\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"a\",\"b\"]}}",
                                "{\"Null\":{\"s3:prefix\":\"true\"}}"))
                .as((effect, action, actions, resource, resources, condition) ->
                        "{\"Effect\":\"%s\",\"%s\":\"%s\",\"%s\":\"%s\",\"Condition\":%s}"
                                .formatted(effect, action, actions, resource, resources, condition));
    }

    @Provide
    Arbitrary<AccessRequest> requests() {
        return Combinators.combine(
                        Arbitraries.of("s3:GetObject", "s3:ListBucket", "ec2:RunInstances"),
                        Arbitraries.of("*", "arn:aws:s3:::b/alice", "arn:aws:s3:::b/bob", "arn:aws:s3:::c"),
                        Arbitraries.of(
                                Map.<String, List<String>>of(),
                                Map.of("s3:prefix", List.of("x")),
                                Map.of("aws:TagKeys", List.of("a", "c")),
                                Map.of("s3:prefix", List.of("xy"), "aws:TagKeys", List.of("b"))))
                .as((action, resource, context) -> new AccessRequest(Cases.ALICE, action, resource, context));
    }

    @Provide
    Arbitrary<String> documents() {
        var good =
                statements().map(each -> "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", each) + "]}");
        var damaged = Combinators.combine(
                        good,
                        Arbitraries.integers().between(0, 200),
                        Arbitraries.strings().ofMaxLength(4))
                .as((text, at, piece) -> {
                    var cut = Math.min(at, text.length());
                    return text.substring(0, cut) + piece + text.substring(Math.min(text.length(), cut + 2));
                });
        return Arbitraries.oneOf(good, damaged, Arbitraries.strings().ofMaxLength(60));
    }
}
