package io.coppice.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** If this fails, a faulty policy is taken for a good one, a good one is refused, or its author is told the wrong reason. */
class PolicyDocumentTest {
    static Stream<List<String>> malformed() {
        return Cases.table("malformed.txt", 3);
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aFaultyDocumentIsRefusedWithItsReason(List<String> row) {
        var kind = PolicyDocument.Kind.valueOf(row.get(0));
        var refusal = assertThrows(MalformedPolicyException.class, () -> PolicyDocument.parse(row.get(1), kind));
        assertEquals(row.get(2), refusal.reason());
    }

    @Test
    void aDocumentTellsWhatStandsInIt() {
        var text = """
                {
                  "Version": "2012-10-17",
                  "Id": "house-rules",
                  "Statement": [
                    {"Sid": "One", "Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
                    {"Effect": "Deny", "NotAction": "iam:*", "Resource": "arn:aws:s3:::${aws:PrincipalTag/Team}/*",
                     "Condition": {"StringLike": {"S3:Prefix": "${aws:username}/*"}}}
                  ]
                }
                """;
        var document = PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY);
        assertEquals(Optional.of("house-rules"), document.id());
        assertEquals(PolicyDocument.Version.V2012, document.version());
        assertEquals(text, document.json());
        assertEquals(
                List.of(Optional.of("One"), Optional.empty()),
                document.statements().stream().map(Statement::sid).toList());
        assertEquals(Effect.DENY, document.statements().getLast().effect());
        assertEquals(Set.of("aws:principaltag/team", "aws:username", "s3:prefix"), document.conditionKeys());
        assertEquals(
                new SourceRange(5, 5, 5, 74), document.statements().getFirst().where());
        assertEquals(7, document.statements().getLast().where().endLine());
        assertTrue(document.countedCharacters() < text.length());
        assertEquals(Optional.of("P"), document.named("P").name());
    }

    @Test
    void withoutAVersionTheOldLanguageIsSpoken() {
        var document = PolicyDocument.parse("""
                {"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}"}}""", PolicyDocument.Kind.IDENTITY);
        assertEquals(PolicyDocument.Version.V2008, document.version());
        assertTrue(allowed(document, "arn:aws:s3:::${aws:username}"));
        assertFalse(allowed(document, "arn:aws:s3:::alice"));
    }

    @Test
    void aDocumentThatIsTooLongIsNotRead() {
        var longer = " ".repeat(PolicyDocument.MAX_CHARACTERS + 1);
        assertThrows(MalformedPolicyException.class, () -> PolicyDocument.parse(longer, PolicyDocument.Kind.IDENTITY));
    }

    @Test
    void manyStarsCostNoMoreThanTime() {
        var stars = "a*".repeat(500);
        var document = PolicyDocument.parse("""
                {"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::%sb"}}""".formatted(stars), PolicyDocument.Kind.IDENTITY);
        assertFalse(allowed(document, "arn:aws:s3:::" + "a".repeat(1_000)));
    }

    private static boolean allowed(PolicyDocument document, String resource) {
        var request = new AccessRequest(Cases.ALICE, "s3:GetObject", resource, Map.of());
        return PolicyEvaluator.decide(request, PolicySet.ofIdentity(List.of(document)), Optional.empty())
                .allowed();
    }
}
