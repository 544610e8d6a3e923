package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import io.coppice.server.Version;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The command line's entry point. Exit codes: 0 done, 1 could not be done (cause and fix on standard error), 2 the
 * command was not understood.
 */
@Command(
        name = "coppice",
        description = "A private cloud: EC2, S3, EBS and IAM on your own machines.",
        mixinStandardHelpOptions = true,
        versionProvider = CoppiceCommand.BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./coppice up                       raise a cloud on this machine",
            "  eval \"$(./coppice env)\"            point AWS tools at it",
            "  ./coppice demo                     the whole story, step by step",
            "  ./coppice test                     run the test suite",
            "",
            "Exit codes: 0 done; 1 could not be done, cause and fix are printed; 2 not understood."
        },
        subcommands = {
            UpCommand.class,
            EnvCommand.class,
            DemoCommand.class,
            StatusCommand.class,
            LogsCommand.class,
            EventsCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            DownCommand.class,
            ResetCommand.class,
            AccountCommand.class,
            ImageCommand.class,
            MasterKeyCommand.class,
            NodeTokenCommand.class,
            NodeCommand.class,
            RoleCertificateCommand.class,
            TrainCommand.class,
            VersionCommand.class,
            CommandLine.HelpCommand.class
        })
public final class CoppiceCommand {
    private CoppiceCommand() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        var line = new CommandLine(new CoppiceCommand());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command));
        return line;
    }

    private static int report(Exception failure, CommandLine command) {
        var err = command.getErr();
        if (failure instanceof OperatorException known) {
            err.println("coppice: " + known.getMessage());
            err.println("  fix: " + known.fix());
        } else if (fileOf(failure) instanceof FileSystemException file) {
            err.println("coppice: cannot use " + file.getFile() + ": " + reason(file));
            err.println(
                    "  fix: correct that, or name another data folder with --data DIR; \"coppice doctor\" looks further.");
        } else {
            err.println("coppice: " + failure);
            err.println("  fix: run \"coppice doctor\"; the log files are listed by \"coppice logs\".");
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static Throwable fileOf(Exception failure) {
        return failure instanceof UncheckedIOException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Java tells some reasons by the exception's class alone. */
    private static String reason(FileSystemException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "it is not there";
            default -> failure.getReason() == null ? "not possible" : failure.getReason();
        };
    }

    /** The version for {@code --version}. */
    static final class BuildVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"coppice " + Version.text()};
        }
    }
}
