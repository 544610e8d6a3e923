package io.coppice.node.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
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
        // A length that no other program of this machine sleeps, so that only our own child is looked for.
        var length = "300." + ProcessHandle.current().pid();
        var failure = assertThrows(CommandException.class, () -> impatient.run("sleep", length));
        assertTrue(failure.toString().contains("did not end"), failure.getMessage());
        // The kernel delivers the kill in its own time.
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (sleeps(length)) {
                Thread.onSpinWait();
            }
        });
    }

    private static boolean sleeps(String length) {
        return ProcessHandle.current()
                .children()
                .map(child -> child.info().arguments().orElse(new String[0]))
                .anyMatch(arguments -> List.of(arguments).contains(length));
    }
}
