package io.coppice.node.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** If this failed, a program of the host could hang the agent for ever, or text could reach a shell. */
class CommandRunnerTest {
    private final CommandRunner commands = new CommandRunner(Duration.ofSeconds(20));

    @Test
    void passesArgumentsAndInputAsTheyAre() throws IOException {
        assertEquals("$(id) `id` ; x\n", commands.run("echo", "$(id) `id` ; x"));
        assertEquals("hello", commands.runWithInput("hello", "cat"));
    }

    @Test
    void aFailureTellsWhatTheProgramSaid() {
        var failure = assertThrows(CommandException.class, () -> commands.run("ls", "/no/such/folder"));
        assertTrue(failure.toString().contains("/no/such/folder"), failure.getMessage());
        failure = assertThrows(CommandException.class, () -> commands.run("no-such-program-here"));
        assertTrue(failure.toString().contains("installed"), failure.getMessage());
    }

    @Test
    void aProgramThatDoesNotEndIsKilled() {
        var impatient = new CommandRunner(Duration.ofMillis(300));
        var failure = assertThrows(CommandException.class, () -> impatient.run("sleep", "300"));
        assertTrue(failure.toString().contains("did not end"), failure.getMessage());
        assertEquals(
                0,
                ProcessHandle.current()
                        .children()
                        .filter(ProcessHandle::isAlive)
                        .count());
    }
}
