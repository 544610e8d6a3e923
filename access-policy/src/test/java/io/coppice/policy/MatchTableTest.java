package io.coppice.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** If this fails, a statement is about other actions or resources than its author meant: see the table {@code matches.txt}. */
class MatchTableTest {
    static Stream<List<String>> rows() {
        return Cases.table("matches.txt", 6);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void matchesAsTheTableSays(List<String> row) {
        var document = PolicyDocument.parse(
                "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\"," + element("Action", row.get(0)) + ","
                        + element("Resource", row.get(1)) + "}}",
                PolicyDocument.Kind.IDENTITY);
        var request = new AccessRequest(Cases.ALICE, row.get(2), row.get(3), Map.of());
        var decision = PolicyEvaluator.decide(request, PolicySet.ofIdentity(List.of(document)), Optional.empty());
        assertEquals(row.get(4).equals("yes"), decision.allowed(), row.get(5));
    }

    private static String element(String name, String text) {
        return text.startsWith("!")
                ? "\"Not" + name + "\":" + Cases.json(text.substring(1))
                : "\"" + name + "\":" + Cases.json(text);
    }
}
