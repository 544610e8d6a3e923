package io.coppice.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** If this fails, a condition holds where AWS's does not, or the other way round: the table {@code conditions.txt} tells why. */
class ConditionTableTest {
    static Stream<List<String>> rows() {
        return Cases.table("conditions.txt", 6);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void holdsAsTheTableSays(List<String> row) {
        var document =
                PolicyDocument.parse("""
                {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*",
                 "Condition":{"%s":{"%s":%s}}}}""".formatted(row.get(0), row.get(1), row.get(2)), PolicyDocument.Kind.IDENTITY);
        var request = new AccessRequest(Cases.ALICE, "ec2:RunInstances", "*", Cases.context(row.get(3)));
        var decision = PolicyEvaluator.decide(request, PolicySet.ofIdentity(List.of(document)), Optional.empty());
        assertEquals(row.get(4).equals("yes"), decision.allowed(), row.get(5));
    }
}
