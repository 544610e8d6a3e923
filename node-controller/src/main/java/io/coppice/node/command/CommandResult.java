package io.coppice.node.command;

/**
 * How a program ended.
 *
 * @param exitCode 0 for success by convention
 * @param output what it wrote to standard output, cut at the runner's limit
 * @param errors what it wrote to standard error, cut at the runner's limit
 */
public record CommandResult(int exitCode, String output, String errors) {
    /** Whether the program says that it succeeded. */
    public boolean succeeded() {
        return exitCode == 0;
    }
}
