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
        var key = tools.publicKey(folder);
        changesOnce(folder, "present.yml", Map.of("public_key", key));
        assertEquals(0, changes(folder, "facts.yml", Map.of()), "reading changed something");
        changesOnce(folder, "absent.yml", Map.of());
        changesOnce(folder, "identity.yml", Map.of("wanted", "present"));
        changesOnce(folder, "identity.yml", Map.of("wanted", "absent"));
        changesOnce(folder, "network.yml", Map.of());
        changesOnce(folder, "no_network.yml", Map.of());
    }

    private void changesOnce(Path folder, String playbook, Map<String, String> more) {
        assertTrue(changes(folder, playbook, more) > 0, playbook + " did nothing");
        assertEquals(0, changes(folder, playbook, more), "the second run of " + playbook + " changed something");
    }

    /** Runs a playbook and tells how many tasks changed something. */
    private int changes(Path folder, String playbook, Map<String, String> more) {
        var line = new ArrayList<>(List.of(PLAYBOOK.toString(), "-i", "localhost,"));
        var variables = new TreeMap<>(variables());
        variables.putAll(more);
        variables.forEach((name, value) -> line.addAll(List.of("-e", name + "='" + value + "'")));
        line.add(playbook);
        var settings = Map.of(
                "ANSIBLE_HOME", folder.resolve("home").toString(),
                "ANSIBLE_LOCAL_TEMP", folder.resolve("home/local").toString(),
                "ANSIBLE_REMOTE_TEMP", folder.resolve("home/remote").toString(),
                "ANSIBLE_NOCOLOR", "1");
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
