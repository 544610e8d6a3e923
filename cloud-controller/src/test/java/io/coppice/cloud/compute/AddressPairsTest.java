package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.compute.GuestAddresses.Pair;
import io.coppice.cloud.store.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** If this failed, an instance could get an address that its site has not set aside, or one that another instance has. */
class AddressPairsTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private static final String CIDR = "192.0.2.0/24";
    private static final Pair FIRST = new Pair("192.0.2.17", "02:00:5e:00:00:11");
    private static final Pair SECOND = new Pair("192.0.2.200", "02:00:5e:00:00:aa");
    private static final String FIRST_TEXT = "02:00:5e:00:00:11=192.0.2.17";
    private static final String SECOND_TEXT = " 02:00:5E:00:00:AA = 192.0.2.200 ";

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void givesEachInstanceOnePairAndNoMoreThanThereAre() {
        var pairs = new AddressPairs(CIDR, List.of(FIRST_TEXT, SECOND_TEXT));
        var taken = take(pairs, "i-00000000000000001", "i-00000000000000002", "i-00000000000000003");
        assertEquals(2, taken.size());
        assertEquals(new HashSet<>(List.of(FIRST, SECOND)), new HashSet<>(taken.values()));
        assertEquals(Map.of(), take(pairs, "i-00000000000000004"));
        var owner = taken.entrySet().iterator().next();
        DATABASE.run(entities -> pairs.release(entities, List.of(owner.getKey())));
        assertEquals(Map.of("i-00000000000000004", owner.getValue()), take(pairs, "i-00000000000000004"));
    }

    @Test
    void whatTheSiteTakesOutOfTheListIsNotGivenAgain() {
        var before = new AddressPairs(CIDR, List.of(FIRST_TEXT));
        assertEquals(Map.of("i-00000000000000001", FIRST), take(before, "i-00000000000000001"));
        var now = new AddressPairs(CIDR, List.of(SECOND_TEXT));
        DATABASE.run(entities -> now.release(entities, List.of("i-00000000000000001")));
        assertEquals(
                Map.of("i-00000000000000002", SECOND),
                take(now, "i-00000000000000002"),
                "the other address is free too");
        assertEquals(Map.of(), take(now, "i-00000000000000003"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.17",
                "02:00:5e:00:00=192.0.2.17",
                "02:00:5e:00:00:11=",
                "02:00:5e:00:00:11=2001:db8::1",
                "02:00:5e:00:00:11=198.51.100.1",
                "02:00:5e:00:00:11=192.0.2.0",
                "02:00:5e:00:00:11=192.0.2.255",
                "03:00:5e:00:00:11=192.0.2.17",
                "00:00:00:00:00:00=192.0.2.17",
                "02:00:5e:00:00:12=192.0.2.200",
                "02:00:5e:00:00:aa=192.0.2.17"
            })
    void namesThePairThatCannotBe(String pair) {
        var error =
                assertThrows(IllegalArgumentException.class, () -> new AddressPairs(CIDR, List.of(SECOND_TEXT, pair)));
        assertTrue(String.valueOf(error.getMessage()).startsWith("coppice.network.pairs"), error.toString());
    }

    @Test
    void refusesAListWithoutPairsAndOneThatIsTooLong() {
        assertThrows(IllegalArgumentException.class, () -> new AddressPairs(CIDR, List.of()));
        var many = new ArrayList<>(Collections.nCopies(4_097, FIRST_TEXT));
        assertThrows(IllegalArgumentException.class, () -> new AddressPairs(CIDR, many));
        assertThrows(IllegalArgumentException.class, () -> new AddressPairs("192.0.2.0", List.of(FIRST_TEXT)));
    }

    private static Map<String, Pair> take(AddressPairs pairs, String... instances) {
        return DATABASE.call(entities -> pairs.take(entities, CloudFixture.ZONE, List.of(instances)));
    }
}
