package io.coppice.testing.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.absent.AbsentSubjects;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * If this failed, what users read of the API's coverage would not be what the cloud answers. The page comes from the
 * announced actions, the table of absent subjects, the notes on what is partly done, and the AWS SDK's own list.
 */
class CompatibilityPageTest {
    private static final String HEADER = """
            # Compatibility

            Every action of EC2, IAM and STS and what this cloud answers to it, generated from the code (`CompatibilityPageTest`
            with `-Dgolden.update=true`). S3: [generated/s3.md](generated/s3.md).

            - **complete**: behaves as AWS documents, for the resources that this cloud has
            - **partly**: the note says what is missing
            - **empty answer**: the subject is not there; lists are empty and valid, what is named is answered with AWS's code
              for not found
            - **unsupported**: `UnsupportedOperation` (EC2) or the service's own error, naming the action

            What is said of VPCs, subnets, routes, gateways, network ACLs, DHCP options, security groups, network interfaces, elastic
            IP addresses and prefix lists holds in clouds with VPCs, which `up` raises. In the mode `FLAT` these lists show the one
            network that there is, and it cannot be changed.

            An action that AWS does not have either is answered with `InvalidAction`.
            """;
    private static final Map<String, String> CLIENTS = clients();

    private enum State {
        COMPLETE("complete"),
        PARTLY("partly"),
        EMPTY("empty answer"),
        UNSUPPORTED("unsupported");

        private final String words;

        State(String words) {
            this.words = words;
        }
    }

    /** One line of the page. */
    private record Line(String action, State state, String note, Peers peers) {
        private String markdown() {
            return "| " + action + " | " + state.words + " | " + note + " | " + peers.eucalyptus() + " | "
                    + peers.openStack() + " |\n";
        }
    }

    /** What the earlier clouds answer. */
    private record Peers(String eucalyptus, String openStack) {
        private static final Peers UNLISTED = new Peers("", "");
    }

    @Test
    void thePageIsTheCode() throws IOException {
        var page = new StringBuilder(HEADER);
        var ec2 = lines("EC2");
        page.append("\nOf EC2's ")
                .append(ec2.size())
                .append(" actions ")
                .append(counts(ec2))
                .append(". For comparison:")
                .append(" Eucalyptus 6 carried out 129 and answered 147 more with success without effect, OpenStack's")
                .append(
                        " ec2-api carried out 97. The columns of the peers are filled for the actions that clients use.\n");
        for (var service : CLIENTS.keySet()) {
            var lines = lines(service);
            page.append("\n## ")
                    .append(service)
                    .append(" (")
                    .append(counts(lines))
                    .append(")\n\n");
            page.append("| action | state | notes | Eucalyptus | ec2-api |\n|---|---|---|---|---|\n");
            lines.forEach(line -> page.append(line.markdown()));
        }
        GeneratedPage.checkFile("docs/compatibility.md", page.toString());
    }

    @Test
    void noActionIsAnnouncedTwice() {
        var names = new ArrayList<String>();
        AnnouncedActions.all().forEach(each -> names.add(each.service() + " " + each.action()));
        AbsentSubjects.actions().forEach(name -> names.add("EC2 " + name));
        assertEquals(new TreeSet<>(names).size(), names.size(), names.toString());
        assertTrue(names.contains("EC2 RunInstances"), names.toString());
    }

    @Test
    void everyNoteIsAboutSomethingThatIsCarriedOut() throws IOException {
        var announced = AnnouncedActions.byService();
        for (var note : resource("partly.txt").entrySet()) {
            var parts = note.getKey().split(":");
            assertTrue(
                    announced.getOrDefault(parts[0], new TreeMap<>()).containsKey(parts[1]),
                    "nobody carries out " + note.getKey() + ": take its note away");
        }
    }

    @Test
    void everyAnnouncedActionIsOneOfAws() {
        var announced = AnnouncedActions.byService();
        for (var service : announced.entrySet()) {
            var client = CLIENTS.get(service.getKey());
            assertTrue(client != null, service.getKey());
            var known = SdkOperations.of(client);
            var unknown = new TreeSet<>(service.getValue().keySet());
            unknown.removeAll(known);
            unknown.removeAll(AnnouncedActions.OF_EUCALYPTUS);
            assertEquals(new TreeSet<>(), unknown, "misspelt, or add it to AnnouncedActions.OF_EUCALYPTUS");
        }
    }

    private static List<Line> lines(String service) throws IOException {
        var notes = resource("partly.txt");
        var peers = resource("peer-actions.txt");
        var announced = AnnouncedActions.byService().getOrDefault(service, new TreeMap<>());
        var absent = service.equals("EC2") ? AbsentSubjects.actions() : new TreeSet<String>();
        var names = new TreeSet<>(SdkOperations.of(CLIENTS.getOrDefault(service, "")));
        names.addAll(announced.keySet());
        if (service.equals("EC2")) {
            names.addAll(peers.keySet());
        }
        var lines = new ArrayList<Line>();
        for (var name : names) {
            var note = notes.getOrDefault(service + ":" + name, "");
            var state = absent.contains(name)
                    ? State.EMPTY
                    : !announced.containsKey(name) ? State.UNSUPPORTED : note.isEmpty() ? State.COMPLETE : State.PARTLY;
            lines.add(new Line(name, state, note, service.equals("EC2") ? peers(peers.get(name)) : Peers.UNLISTED));
        }
        return lines;
    }

    private static Peers peers(@Nullable String line) {
        if (line == null) {
            return Peers.UNLISTED;
        }
        var words = line.split(" ");
        return new Peers(words[0], words[1]);
    }

    private static String counts(List<Line> lines) {
        var counts = new LinkedHashMap<State, Long>();
        for (var state : State.values()) {
            counts.put(
                    state, lines.stream().filter(line -> line.state() == state).count());
        }
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey().words)
                .collect(java.util.stream.Collectors.joining(", "));
    }

    /** The lines of a file by their first word. */
    private static Map<String, String> resource(String name) throws IOException {
        try (var file = CompatibilityPageTest.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new AssertionError("no " + name);
            }
            var lines = new TreeMap<String, String>();
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> {
                        var space = line.indexOf(' ');
                        assertTrue(lines.put(line.substring(0, space), line.substring(space + 1)) == null, line);
                    });
            return lines;
        }
    }

    private static Map<String, String> clients() {
        var clients = new LinkedHashMap<String, String>();
        clients.put("EC2", "software/amazon/awssdk/services/ec2/DefaultEc2Client");
        clients.put("IAM", "software/amazon/awssdk/services/iam/DefaultIamClient");
        clients.put("STS", "software/amazon/awssdk/services/sts/DefaultStsClient");
        return clients;
    }
}
