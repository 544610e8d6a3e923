package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The playbooks of {@code testing/clients/ansible}, by Debian's ansible: each twice, the second run changes nothing. */
final class Ansible {
    private static final Path PLAYBOOK = Path.of("/usr/bin/ansible-playbook");
    private static final Pattern RECAP =
            Pattern.compile("localhost\\s+: ok=(\\d+)\\s+changed=(\\d+)\\s+unreachable=0\\s+failed=0");

    private final Toolbox tools;
    private final String thing = Toolbox.uniqueName();

    Ansible(Toolbox tools) {
        this.tools = tools;
    }

    void tell() {
        Toolbox.assumeProgram(PLAYBOOK, "apt-get install ansible");
        var folder = tools.copyOf("ansible");
        var present = Map.of("public_key", tools.publicKey(folder), "wanted", "present");
        changesOnce(folder, List.of("present.yml", "identity.yml"), present);
        assertEquals(0, changes(folder, List.of("facts.yml"), Map.of()), "reading changed something");
        changesOnce(folder, List.of("absent.yml", "identity.yml"), Map.of("wanted", "absent"));
        changesOnce(folder, List.of("network.yml"), Map.of());
        changesOnce(folder, List.of("no_network.yml"), Map.of());
    }

    /** The second time all in one run, most of whose time is its beginning. */
    private void changesOnce(Path folder, List<String> playbooks, Map<String, String> more) {
        for (var playbook : playbooks) {
            assertTrue(changes(folder, List.of(playbook), more) > 0, playbook + " did nothing");
        }
        assertEquals(0, changes(folder, playbooks, more), "the second run of " + playbooks + " changed something");
    }

    /** Runs playbooks and tells how many tasks changed something. */
    private int changes(Path folder, List<String> playbooks, Map<String, String> more) {
        var line = new ArrayList<>(List.of(PLAYBOOK.toString(), "-i", "localhost,"));
        var variables = new TreeMap<>(variables());
        variables.putAll(more);
        variables.forEach((name, value) -> line.addAll(List.of("-e", name + "='" + value + "'")));
        line.addAll(playbooks);
        var settings = Map.of(
                "ANSIBLE_HOME", folder.resolve("home").toString(),
                "ANSIBLE_LOCAL_TEMP", folder.resolve("home/local").toString(),
                "ANSIBLE_REMOTE_TEMP", folder.resolve("home/remote").toString(),
                "ANSIBLE_NOCOLOR", "1",
                // Modules go to their interpreter as they are, without a file each: nothing else of them is different.
                "ANSIBLE_PIPELINING", "1");
        var run = tools.run(settings, folder, line).orFail();
        var recap = RECAP.matcher(run.output());
        assertTrue(recap.find(), run::output);
        return Integer.parseInt(recap.group(2));
    }

    private Map<String, String> variables() {
        return Map.of(
                "ansible_python_interpreter", Toolbox.DEBIAN_PYTHON.toString(),
                "endpoint", tools.value("AWS_ENDPOINT_URL"),
                "region", tools.value("AWS_REGION"),
                "image", tools.value("COPPICE_SAMPLE_IMAGE"),
                "thing", thing);
    }
}
