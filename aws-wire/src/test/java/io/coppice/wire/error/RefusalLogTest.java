package io.coppice.wire.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this fails, a request id leads nowhere, a bad client fills the log, or it writes lines of its own into it. */
class RefusalLogTest {
    private static final AwsException ERROR = AwsException.client("InvalidParameterValue", "The value is wrong.");

    private final List<String> lines = new ArrayList<>();
    private final StoppedClock clock = new StoppedClock();

    @Test
    void aLineHasAllThatTheClientWasTold() {
        new RefusalLog(lines::add, 5, clock).refused("r-1", "EC2 RunInstances", "111111111111", ERROR);
        assertEquals(
                List.of("request r-1 EC2 RunInstances of account 111111111111 refused:"
                        + " 400 InvalidParameterValue: The value is wrong."),
                lines);
    }

    @Test
    void moreThanTheLimitIsCountedOnly() {
        var log = new RefusalLog(lines::add, 3, clock);
        for (int i = 0; i < 10; i++) {
            log.refused("r-" + i, "EC2 RunInstances", "-", ERROR);
        }
        assertEquals(3, lines.size(), lines::toString);

        clock.now = clock.now.plus(Duration.ofMinutes(1));
        log.refused("later", "EC2 RunInstances", "-", ERROR);
        assertEquals(5, lines.size(), lines::toString);
        assertTrue(lines.get(3).startsWith("7 more refused requests"), lines::toString);
        assertTrue(lines.get(4).contains("later"), lines::toString);
    }

    @Test
    void whatAClientSendsStaysOnOneBoundedLine() {
        var log = new RefusalLog(lines::add, 5, clock);
        log.refused("r", "a\nb\u001b[2J", "-", AwsException.client("X", "line\r\nline" + "x".repeat(10_000)));
        var line = lines.getFirst();
        assertFalse(line.chars().anyMatch(Character::isISOControl), line);
        assertTrue(line.length() < 1_000, line);
    }

    private static final class StoppedClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
