package io.coppice.node.network.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.coppice.node.command.CommandException;
import io.coppice.node.command.CommandResult;
import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/** Runs the host's network programs within one network namespace. Thread-safe. Source: ip-netns(8), nsenter(1). */
public final class Namespace {
    private static final Logger LOG = Logger.getLogger(Namespace.class);
    private static final Path FOLDER = Path.of("/run/netns");
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final CommandRunner commands;
    private final Optional<String> name;

    private Namespace(CommandRunner commands, Optional<String> name) {
        this.commands = commands;
        this.name = name;
    }

    /** The host itself: the process's own namespace unless a name is given. */
    public static Namespace host(CommandRunner commands, Optional<String> name) {
        return new Namespace(commands, name);
    }

    /** A namespace by its name, whether it is there or not. */
    public static Namespace named(CommandRunner commands, String name) {
        return new Namespace(commands, Optional.of(name));
    }

    /** Names of namespaces that begin with the prefix. */
    static List<String> named(String prefix) throws IOException {
        if (!Files.isDirectory(FOLDER)) {
            return List.of();
        }
        try (var files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(each -> each.startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    String name() {
        return name.orElseThrow(() -> new IllegalStateException("the host's own namespace has no name"));
    }

    public boolean exists() {
        return name.isEmpty() || Files.exists(FOLDER.resolve(name.get()));
    }

    /** Makes it when it is not there; whether it was made. */
    public boolean ensure() throws IOException {
        if (exists()) {
            return false;
        }
        commands.run("ip", "netns", "add", name());
        ip("link set dev lo up\n");
        return true;
    }

    /** Removes it with every virtual device in it. Does nothing when it is not there. */
    public void remove() throws IOException {
        if (exists()) {
            commands.run("ip", "netns", "delete", name());
        }
    }

    /** Carries out lines of ip(8), all or up to the first that fails. */
    public void ip(String batch) throws IOException {
        batch("ip", batch);
    }

    /** As {@link #ip}, where the lines themselves do not say that they mean IPv6. */
    void ip6(String batch) throws IOException {
        if (!batch.isEmpty()) {
            commands.runWithInput(batch, options("ip", List.of("-6", "-batch", "-")));
        }
    }

    /** As {@link #ip6}, going on behind lines that fail: what is to be removed may be gone with something else. */
    void ip6AsFarAsPossible(String batch) throws IOException {
        if (!batch.isEmpty()) {
            var result = commands.execute(batch, options("ip", List.of("-6", "-force", "-batch", "-")));
            LOG.debugf("ip -6 in %s: %d %s", name.orElse("the host"), result.exitCode(), result.errors());
        }
    }

    /** Carries out lines of bridge(8), all or up to the first that fails. */
    void bridge(String batch) throws IOException {
        batch("bridge", batch);
    }

    /** As {@link #ip}, going on behind lines that fail: what is to be removed may be gone with something else. */
    public void ipAsFarAsPossible(String batch) throws IOException {
        removed("ip", batch);
    }

    /** As {@link #bridge}, going on behind lines that fail: what is to be removed may be gone with something else. */
    void bridgeAsFarAsPossible(String batch) throws IOException {
        removed("bridge", batch);
    }

    /** Carries out lines of tc(8), going on behind lines that fail: not every kernel has every kind of queue. */
    void tcAsFarAsPossible(String batch) throws IOException {
        tolerant("tc", batch).ifPresent(errors -> LOG.warnf("tc in %s: %s", name.orElse("the host"), errors));
    }

    /** What went wrong, if anything. */
    private Optional<String> tolerant(String program, String batch) throws IOException {
        if (batch.isEmpty()) {
            return Optional.empty();
        }
        var result = commands.execute(batch, options(program, List.of("-force", "-batch", "-")));
        return result.succeeded() ? Optional.empty() : Optional.of(result.errors());
    }

    private void removed(String program, String batch) throws IOException {
        tolerant(program, batch)
                .ifPresent(errors -> LOG.debugf("%s in %s: %s", program, name.orElse("the host"), errors));
    }

    private String[] options(String program, List<String> options) {
        var command = new ArrayList<>(List.of(program));
        name.ifPresent(each -> command.addAll(List.of("-n", each)));
        command.addAll(options);
        return command.toArray(String[]::new);
    }

    private void batch(String program, String batch) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        var result = commands.execute(batch, options(program, List.of("-batch", "-")));
        if (!result.succeeded()) {
            throw new CommandException("%s in %s: %s: %s"
                    .formatted(program, name.orElse("the host"), result.errors().strip(), culprit(batch, result)));
        }
    }

    /** The line that a batch stopped at: the programs tell its number only. */
    private static String culprit(String batch, CommandResult result) {
        var mark = result.errors().lastIndexOf("-:");
        if (mark < 0) {
            return "";
        }
        var number = result.errors().substring(mark + 2).strip();
        var lines = batch.lines().toList();
        return number.matches("\\d{1,6}") && Integer.parseInt(number) <= lines.size()
                ? lines.get(Integer.parseInt(number) - 1)
                : "";
    }

    /** Carries out lines of options and commands of ovs-vsctl(8), each for itself. */
    void ovs(String lines) throws IOException {
        for (var line : lines.lines().toList()) {
            var command = new ArrayList<>(List.of("ovs-vsctl"));
            command.addAll(List.of(line.split(" ")));
            run(command.toArray(String[]::new));
        }
    }

    /** One transaction of nft(8). */
    public void nft(String script) throws IOException {
        if (!script.isEmpty()) {
            commands.runWithInput(script, inside("nft", "-f", "-"));
        }
    }

    /** Runs any program inside; throws unless it ends with 0. */
    public String run(String... command) throws IOException {
        return commands.run(inside(command));
    }

    /** Runs any program inside; how it ended. */
    CommandResult execute(String... command) throws IOException {
        return commands.execute("", inside(command));
    }

    private String[] inside(String... command) {
        if (name.isEmpty()) {
            return command;
        }
        var all = new ArrayList<>(List.of("nsenter", "--net=" + FOLDER.resolve(name.get())));
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }

    /** Sets kernel parameters. Source: sysctl(8). */
    void sysctl(Map<String, String> values) throws IOException {
        var lines = new ArrayList<String>();
        new TreeMap<>(values).forEach((key, value) -> lines.add(key + "=" + value));
        sysctl(lines);
    }

    /** As the other one, by lines of names and values; nothing when there are none. */
    void sysctl(List<String> lines) throws IOException {
        if (lines.isEmpty()) {
            return;
        }
        var command = new ArrayList<>(List.of("sysctl", "-q", "-w"));
        command.addAll(lines);
        run(command.toArray(String[]::new));
    }

    /** What {@code ip -j} answers to each of these questions, one array each. */
    public List<JsonNode> askIp(String... questions) throws IOException {
        return ask("ip", List.of("-4", "-d", "-j", "-batch", "-"), questions);
    }

    /** As {@link #askIp}, of IPv6. */
    List<JsonNode> askIp6(String... questions) throws IOException {
        return ask("ip", List.of("-6", "-d", "-j", "-batch", "-"), questions);
    }

    /** What {@code ip -s -j link show} says of each device. */
    JsonNode askLinkStatistics() throws IOException {
        return ask("ip", List.of("-s", "-j", "-batch", "-"), "link show").getFirst();
    }

    /** What {@code bridge -j} answers to each of these questions, one array each. */
    List<JsonNode> askBridge(String... questions) throws IOException {
        return ask("bridge", List.of("-d", "-j", "-batch", "-"), questions);
    }

    /** What {@code tc -j} answers to each of these questions, one array each. */
    List<JsonNode> askTc(String... questions) throws IOException {
        return ask("tc", List.of("-j", "-batch", "-"), questions);
    }

    private List<JsonNode> ask(String program, List<String> options, String... questions) throws IOException {
        var text = commands.runWithInput(String.join("\n", questions) + "\n", options(program, options));
        var answers = new ArrayList<JsonNode>();
        try (var parser = JSON.createParser(text)) {
            while (parser.nextToken() != null) {
                answers.add(parser.readValueAsTree());
            }
        }
        if (answers.size() != questions.length) {
            throw new IOException(
                    "%s answered %d of %d questions".formatted(program, answers.size(), questions.length));
        }
        return answers;
    }
}
