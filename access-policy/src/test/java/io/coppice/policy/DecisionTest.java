package io.coppice.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * If this fails, documents of several kinds are weighed against each other in another way than AWS does: somebody may do
 * what a boundary, the operator's cap or an explicit deny forbids, or may not do what a resource's owner granted.
 */
class DecisionTest {
    private static final String HOME = "111122223333";
    private static final String ABROAD = "444455556666";
    private static final PolicyPrincipal SESSION =
            PolicyPrincipal.of("arn:aws:sts::" + HOME + ":assumed-role/worker/run-1", "AROAWORKER:run-1");
    private static final PolicyPrincipal ROOT = PolicyPrincipal.of("arn:aws:iam::" + HOME + ":root", HOME);

    /**
     * Columns: identity, boundary, session, account, each absent (-), silent, allow or deny; the resource's policy, absent or
     * naming nobody, the user, the account or everybody; whose resource; what is decided; why.
     */
    @ParameterizedTest(name = "{8}")
    @CsvSource(
            delimiter = '|',
            value = {
                "silent | -      | -      | -      | -            | own    | no:IDENTITY | nothing allows",
                "allow  | -      | -      | -      | -            | own    | yes         | the identity policy allows",
                "deny   | -      | -      | -      | -            | own    | DENY        | the identity policy denies",
                "allow  | allow  | -      | -      | -            | own    | yes         | boundary and identity allow",
                "allow  | silent | -      | -      | -            | own    | no:BOUNDARY | the boundary does not allow",
                "allow  | deny   | -      | -      | -            | own    | DENY        | the boundary denies",
                "silent | allow  | -      | -      | -            | own    | no:IDENTITY | a boundary alone grants nothing",
                "allow  | -      | allow  | -      | -            | own    | yes         | session and identity allow",
                "allow  | -      | silent | -      | -            | own    | no:SESSION  | the session policy does not allow",
                "allow  | -      | deny   | -      | -            | own    | DENY        | the session policy denies",
                "silent | -      | allow  | -      | -            | own    | no:IDENTITY | a session policy alone grants nothing",
                "allow  | -      | -      | allow  | -            | own    | yes         | the cap allows",
                "allow  | -      | -      | silent | -            | own    | no:ACCOUNT  | the cap does not allow",
                "allow  | -      | -      | deny   | -            | own    | DENY        | the cap denies",
                "silent | -      | -      | allow  | -            | own    | no:IDENTITY | a cap alone grants nothing",
                "silent | -      | -      | -      | user         | own    | yes         | the resource names the user",
                "silent | -      | -      | -      | everybody    | own    | yes         | the resource names everybody",
                "silent | -      | -      | -      | account      | own    | no:IDENTITY | the account must still pass it on",
                "allow  | -      | -      | -      | account      | own    | yes         | the account has passed it on",
                "silent | silent | -      | -      | user         | own    | yes         | what names the user is beyond the boundary",
                "silent | -      | silent | -      | user         | own    | yes         | and beyond the session policy",
                "silent | -      | -      | silent | user         | own    | no:ACCOUNT  | but not beyond the cap",
                "deny   | -      | -      | -      | user         | own    | DENY        | a deny wins over the resource",
                "silent | deny   | -      | -      | user         | own    | DENY        | so does the boundary's",
                "allow  | -      | -      | -      | deny         | own    | DENY        | the resource denies",
                "allow  | -      | -      | -      | nobody       | own    | yes         | the resource says nothing",
                "allow  | -      | -      | -      | -            | abroad | no:RESOURCE | the other account must grant it",
                "allow  | -      | -      | -      | nobody       | abroad | no:RESOURCE | it grants it to others",
                "allow  | -      | -      | -      | user         | abroad | yes         | both accounts agree",
                "allow  | -      | -      | -      | account      | abroad | yes         | it grants it to the account",
                "allow  | -      | -      | -      | everybody    | abroad | yes         | it grants it to everybody",
                "silent | -      | -      | -      | user         | abroad | no:IDENTITY | the own account does not agree",
                "allow  | silent | -      | -      | user         | abroad | no:BOUNDARY | the boundary binds abroad",
                "allow  | -      | silent | -      | user         | abroad | no:SESSION  | the session policy binds abroad",
                "allow  | -      | -      | silent | user         | abroad | no:ACCOUNT  | the cap binds abroad",
                "deny   | -      | -      | -      | user         | abroad | DENY        | the own account denies",
                "allow  | -      | -      | -      | deny         | abroad | DENY        | the other account denies",
            })
    void layersAreWeighed(
            String identity,
            String boundary,
            String session,
            String account,
            String resource,
            String owner,
            String expected,
            String reason) {
        var set = set(identity, boundary, session, account);
        var decision = PolicyEvaluator.decide(
                request(Cases.ALICE, owner.equals("own") ? HOME : ABROAD), set, resource(resource, Cases.ALICE.arn()));
        assertEquals(expected, told(decision), reason);
    }

    /** Every combination, against AWS's flow chart written down a second time. */
    @Test
    void everyCombinationIsAsTheChartSays() {
        var states = List.of("-", "silent", "allow", "deny");
        var resources = List.of("-", "nobody", "user", "account", "everybody", "deny");
        var decided = new ArrayList<String>();
        for (var identity : List.of("silent", "allow", "deny")) {
            for (var boundary : states) {
                for (var session : states) {
                    for (var account : states) {
                        for (var resource : resources) {
                            for (var owner : List.of(HOME, ABROAD)) {
                                var decision = PolicyEvaluator.decide(
                                        request(Cases.ALICE, owner),
                                        set(identity, boundary, session, account),
                                        resource(resource, Cases.ALICE.arn()));
                                var row = new Row(identity, boundary, session, account, resource, owner.equals(HOME));
                                assertEquals(row.allowed(), decision.allowed(), row::toString);
                                decided.add(told(decision));
                            }
                        }
                    }
                }
            }
        }
        assertEquals(3 * 4 * 4 * 4 * 6 * 2, decided.size());
        assertTrue(decided.contains("yes") && decided.contains("DENY"), decided.toString());
    }

    private record Row(String identity, String boundary, String session, String account, String resource, boolean own) {
        boolean allowed() {
            if (Stream.of(identity, boundary, session, account, resource).anyMatch("deny"::equals)
                    || account.equals("silent")) {
                return false;
            }
            var named = resource.equals("user") || resource.equals("everybody");
            var granted = named || resource.equals("account");
            var self = identity.equals("allow") && !boundary.equals("silent") && !session.equals("silent");
            return own ? named || self : granted && self;
        }
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(
            delimiter = '|',
            value = {
                "-      | -      | session   | yes         | the resource names the session",
                "silent | silent | session   | yes         | which neither boundary nor session policy binds",
                "-      | -      | role      | yes         | the resource names the role",
                "silent | -      | role      | no:BOUNDARY | whose boundary goes on to bind",
                "-      | silent | role      | no:SESSION  | as does the session policy",
                "allow  | allow  | role      | yes         | unless both allow",
                "-      | -      | everybody | yes         | everybody is also the session",
                "-      | silent | everybody | no:SESSION  | but only as its role",
                "-      | -      | uniqueid  | yes         | the role by its unique id",
                "-      | -      | other     | no:IDENTITY | another role",
            })
    void sessionsOfRolesAreNamedInTwoWays(
            String boundary, String session, String named, String expected, String reason) {
        var principal =
                switch (named) {
                    case "session" -> "{\"AWS\":\"" + SESSION.arn() + "\"}";
                    case "role" -> "{\"AWS\":\"arn:aws:iam::" + HOME + ":role/worker\"}";
                    case "uniqueid" -> "{\"AWS\":\"AROAWORKERWORKERWORK\"}";
                    case "other" -> "{\"AWS\":\"arn:aws:iam::" + HOME + ":role/idler\"}";
                    default -> "\"*\"";
                };
        var who = named.equals("uniqueid") ? PolicyPrincipal.of(SESSION.arn(), "AROAWORKERWORKERWORK:run-1") : SESSION;
        var decision = PolicyEvaluator.decide(
                request(who, HOME),
                set("silent", boundary, session, "-"),
                Optional.of(resourceDocument("Allow", "Principal", principal)));
        assertEquals(expected, told(decision), reason);
    }

    @Test
    void theRootIsBoundByTheCapAndByResourcesOnly() {
        var request = request(ROOT, HOME);
        assertEquals("yes", told(PolicyEvaluator.decide(request, PolicySet.UNRESTRICTED, Optional.empty())));
        assertEquals(
                "no:ACCOUNT",
                told(PolicyEvaluator.decide(request, PolicySet.root(List.of(document("silent"))), Optional.empty())));
        assertEquals(
                "DENY", told(PolicyEvaluator.decide(request, PolicySet.UNRESTRICTED, resource("deny", ROOT.arn()))));
        assertEquals(
                "no:RESOURCE",
                told(PolicyEvaluator.decide(request(ROOT, ABROAD), PolicySet.UNRESTRICTED, Optional.empty())));
        assertEquals(
                "yes",
                told(PolicyEvaluator.decide(
                        request(ROOT, ABROAD), PolicySet.UNRESTRICTED, resource("account", ROOT.arn()))));
    }

    @Test
    void onlyWhatCannotRefuseIsPassedWithoutALook() {
        var everything = document("everything");
        assertTrue(PolicySet.UNRESTRICTED.allowsEverything());
        assertTrue(PolicySet.ofIdentity(List.of(document("allow"), everything)).allowsEverything());
        assertFalse(PolicySet.ofIdentity(List.of(document("allow"))).allowsEverything());
        assertFalse(PolicySet.ofIdentity(List.of(everything, document("deny"))).allowsEverything());
        assertFalse(PolicySet.root(List.of(document("allow"))).allowsEverything());
        var some = Optional.of(document("allow"));
        assertFalse(new PolicySet(List.of(everything), some, Optional.empty(), List.of()).allowsEverything());
        assertFalse(new PolicySet(List.of(everything), Optional.empty(), Optional.of(List.of()), List.of())
                .allowsEverything());
        assertFalse(PolicySet.NOTHING.allowsEverything());
    }

    @Test
    void strangersHaveWhatResourcesGrantThem() {
        var service = PolicyPrincipal.service("ec2.amazonaws.com");
        var trust = PolicyDocument.parse("""
                {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
                 "Principal":{"Service":["ec2.amazonaws.com"]}}}""", PolicyDocument.Kind.TRUST);
        var assume = new AccessRequest(
                service, "sts:AssumeRole", "arn:aws:iam::111122223333:role/worker", Optional.of(HOME), Map.of());
        assertEquals("yes", told(PolicyEvaluator.decide(assume, PolicySet.NOTHING, Optional.of(trust))));
        var other = new AccessRequest(
                PolicyPrincipal.service("lambda.amazonaws.com"),
                "sts:AssumeRole",
                "arn:aws:iam::111122223333:role/worker",
                Optional.of(HOME),
                Map.of());
        assertEquals("no:RESOURCE", told(PolicyEvaluator.decide(other, PolicySet.NOTHING, Optional.of(trust))));
        var anonymous = request(PolicyPrincipal.ANONYMOUS, HOME);
        assertEquals("yes", told(PolicyEvaluator.decide(anonymous, PolicySet.NOTHING, resource("everybody", "none"))));
        assertEquals("no:RESOURCE", told(PolicyEvaluator.decide(anonymous, PolicySet.NOTHING, Optional.empty())));
        assertEquals(
                "no:RESOURCE", told(PolicyEvaluator.decide(anonymous, PolicySet.NOTHING, resource("account", "none"))));
    }

    @Test
    void whoIsNotNamedIsDeniedByNotPrincipal() {
        var deny = Optional.of(resourceDocument("Deny", "NotPrincipal", "{\"AWS\":\"" + Cases.ALICE.arn() + "\"}"));
        var set = set("allow", "-", "-", "-");
        assertEquals("yes", told(PolicyEvaluator.decide(request(Cases.ALICE, HOME), set, deny)));
        assertEquals("DENY", told(PolicyEvaluator.decide(request(SESSION, HOME), set, deny)));
    }

    @Test
    void aDecisionTellsItsStatements() {
        var denied = assertInstanceOf(
                Decision.ExplicitlyDenied.class,
                PolicyEvaluator.decide(request(Cases.ALICE, HOME), set("deny", "-", "-", "deny"), Optional.empty()));
        assertEquals(
                List.of(PolicyOrigin.IDENTITY, PolicyOrigin.ACCOUNT),
                denied.matched().stream().map(StatementMatch::origin).toList());
        var allowed = PolicyEvaluator.decide(request(Cases.ALICE, HOME), set("allow", "-", "-", "-"), Optional.empty());
        assertEquals(Effect.ALLOW, allowed.matched().getFirst().statement().effect());
    }

    private static AccessRequest request(PolicyPrincipal principal, String owner) {
        return new AccessRequest(principal, "s3:GetObject", "arn:aws:s3:::bucket/key", Optional.of(owner), Map.of());
    }

    private static PolicySet set(String identity, String boundary, String session, String account) {
        return new PolicySet(
                List.of(document(identity)),
                boundary.equals("-") ? Optional.empty() : Optional.of(document(boundary)),
                session.equals("-") ? Optional.empty() : Optional.of(List.of(document(session))),
                account.equals("-") ? List.of() : List.of(document(account)));
    }

    private static PolicyDocument document(String state) {
        var statement =
                switch (state) {
                    case "everything" -> "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}";
                    case "allow" -> "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}";
                    case "deny" ->
                        "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"
                                + "{\"Effect\":\"Deny\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}";
                    default -> "{\"Effect\":\"Allow\",\"Action\":\"ec2:*\",\"Resource\":\"*\"}";
                };
        return PolicyDocument.parse("{\"Statement\":[" + statement + "]}", PolicyDocument.Kind.IDENTITY);
    }

    private static Optional<PolicyDocument> resource(String state, String arn) {
        return switch (state) {
            case "-" -> Optional.empty();
            case "nobody" ->
                Optional.of(resourceDocument(
                        "Allow", "Principal", "{\"AWS\":\"arn:aws:iam::777788889999:user/somebody\"}"));
            case "user" -> Optional.of(resourceDocument("Allow", "Principal", "{\"AWS\":\"" + arn + "\"}"));
            case "account" -> Optional.of(resourceDocument("Allow", "Principal", "{\"AWS\":\"" + HOME + "\"}"));
            case "deny" -> Optional.of(resourceDocument("Deny", "Principal", "\"*\""));
            default -> Optional.of(resourceDocument("Allow", "Principal", "{\"AWS\":\"*\"}"));
        };
    }

    private static PolicyDocument resourceDocument(String effect, String element, String principal) {
        return PolicyDocument.parse("""
                {"Version":"2012-10-17","Statement":{"Effect":"%s","%s":%s,"Action":"s3:*","Resource":"arn:aws:s3:::bucket/*"}}""".formatted(effect, element, principal), PolicyDocument.Kind.RESOURCE);
    }

    private static String told(Decision decision) {
        return switch (decision) {
            case Decision.Allowed allowed -> "yes";
            case Decision.ExplicitlyDenied denied -> "DENY";
            case Decision.ImplicitlyDenied denied -> "no:" + denied.lacking();
        };
    }
}
