package io.coppice.node.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.node.command.CommandException;
import io.coppice.node.hypervisor.FirmwareMissingException;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.image.ImageUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this fails, a user whose launch met a full disk is told that something is broken, or sees paths of the host. */
class FailuresTest {
    @Test
    void aFullDiskIsNoFaultWhereverItShows() {
        for (var cause : List.of(
                new FileSystemException("/secret/path", null, "No space left on device"),
                new FileSystemException("/secret/path", null, "no space for another disk: less than 1 MiB are free"),
                new FileSystemException("/secret/path", null, "the image cache is full of images that are in use"),
                new IOException("No space left on device"),
                new UncheckedIOException(new IOException("Disk quota exceeded")),
                new CommandException("qemu-img ended with 1: /secret/path: No space left on device"),
                new HypervisorException("start", new IOException("No space left on device")))) {
            var failure = Failures.of(cause);
            assertEquals("Server.InsufficientInstanceCapacity", failure.getCode(), cause.toString());
            assertTrue(failure.getMessage().contains("no disk space"), failure.getMessage());
            assertTrue(failure.getRetryable());
        }
    }

    @Test
    void aHostWithoutTheImagesFirmwareSaysSoAndAnotherOneMayHaveIt() {
        var failure = Failures.of(new FirmwareMissingException("/secret/firmware"));
        assertEquals("Unsupported", failure.getCode());
        assertTrue(failure.getMessage().contains("ovmf"), failure.getMessage());
        assertTrue(Failures.isGivenUpHere(failure).getOtherHostMayHelp());
    }

    @Test
    void noFailureTellsAPath() {
        for (var cause : List.of(
                new IOException("/secret/path is broken"),
                new HypervisorException("/secret/path"),
                new ImageUnavailableException("/secret/path", true),
                new IllegalStateException("/secret/path"))) {
            assertTrue(!Failures.of(cause).getMessage().contains("/secret"), cause.toString());
        }
    }
}
