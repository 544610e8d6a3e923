package io.coppice.node.hypervisor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.node.hypervisor.GuestAgents.FileSystem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What is said to agents and what they answer, which may be anything. Stateless. Source: qemu-ga-ref(7). */
final class AgentAnswers {
    static final String FREEZE = "{\"execute\":\"guest-fsfreeze-freeze\"}";
    static final String THAW = "{\"execute\":\"guest-fsfreeze-thaw\"}";
    static final String FILE_SYSTEMS = "{\"execute\":\"guest-get-fsinfo\"}";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_ANSWER = 4096;
    private static final int MAX_LIST = 256 * 1024;
    private static final int MAX_FILE_SYSTEMS = 10_000;
    private static final int MAX_LISTED = 512;

    private AgentAnswers() {}

    /** Says that these are to be frozen; all when there is none among them. */
    static String freeze(Collection<String> mountPoints) {
        if (mountPoints.isEmpty()) {
            return FREEZE;
        }
        try {
            return JSON.writeValueAsString(
                    Map.of("execute", "guest-fsfreeze-freeze-list", "arguments", Map.of("mountpoints", mountPoints)));
        } catch (JsonProcessingException e) {
            throw new HypervisorException("a mount point is no text", e);
        }
    }

    /** The number that an agent has answered. */
    static int count(String answer) {
        var number = returned(answer, MAX_ANSWER);
        if (!number.isInt() || number.intValue() < 0) {
            throw new HypervisorException("an agent's answer holds no number of file systems");
        }
        return Math.min(number.intValue(), MAX_FILE_SYSTEMS);
    }

    /** What an agent says is mounted; at most 512 file systems. */
    static List<FileSystem> fileSystems(String answer) {
        var listed = returned(answer, MAX_LIST);
        if (!listed.isArray() || listed.size() > MAX_LISTED) {
            throw new HypervisorException("an agent's answer holds no list of file systems");
        }
        var found = new ArrayList<FileSystem>();
        for (var each : listed) {
            var mountPoint = each.path("mountpoint").asText("");
            if (mountPoint.isEmpty()) {
                throw new HypervisorException("an agent's answer holds a file system without a place");
            }
            var serials = new ArrayList<String>();
            each.path("disk").forEach(disk -> serials.add(disk.path("serial").asText("")));
            found.add(new FileSystem(mountPoint, each.path("type").asText(""), serials));
        }
        return found;
    }

    private static JsonNode returned(String answer, int longest) {
        if (answer.length() > longest) {
            throw new HypervisorException("an agent's answer is longer than " + longest + " characters");
        }
        try {
            return JSON.readTree(answer).path("return");
        } catch (JsonProcessingException e) {
            throw new HypervisorException("an agent's answer is not JSON", e);
        }
    }
}
