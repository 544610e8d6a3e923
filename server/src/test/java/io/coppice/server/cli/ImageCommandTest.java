package io.coppice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Broken: an operator would take an image for being on all hosts that is not, or wait for ever for one that cannot come. */
final class ImageCommandTest {
    private static JsonNode host(String id, String images) throws IOException {
        return new ObjectMapper().readTree("""
                {"zone":"us-east-1a","nodeId":"%s","hostName":"host-%s","up":true,"images":[%s]}""".formatted(id, id, images));
    }

    private static String image(String id, String state, int percent, String failure) {
        return """
               {"imageId":"%s","sha256":"abab","state":"%s","percent":%d,"failure":"%s"}""".formatted(id, state, percent, failure);
    }

    private static ImageCommand.Count count(Set<String> told, JsonNode... hosts) {
        var caches = new ObjectMapper().createObjectNode();
        caches.putArray("hosts").addAll(List.of(hosts));
        return ImageCommand.Count.of(caches, told);
    }

    @Test
    void aLineTellsWhatAHostHas() throws IOException {
        assertEquals(
                List.of("us-east-1a  host-1  ami-1  here", "us-east-1a  host-1  abab  43 %"),
                ImageCommand.lines(host("1", image("ami-1", "here", 100, "") + "," + image("", "coming", 43, ""))));
        assertEquals(
                List.of("us-east-1a  host-1  ami-1  failed: no space"),
                ImageCommand.lines(host("1", image("ami-1", "failed", 0, "no space"))));
        assertEquals(List.of("us-east-1a  host-1  -  nothing"), ImageCommand.lines(host("1", "")));
    }

    @Test
    void itIsOverWhenAllThatWereToldHaveItOrHaveGivenUp() throws IOException {
        var here = host("1", image("ami-1", "here", 100, ""));
        var coming = host("2", image("ami-1", "coming", 50, ""));
        var failed = host("3", image("ami-1", "failed", 0, "no space"));
        var silent = host("4", "");
        assertEquals(
                "75 %: 1 of 2 hosts have it",
                count(Set.of("1", "2"), here, coming, failed).toString());
        assertFalse(count(Set.of("1", "2"), here, coming).isOver());
        assertFalse(count(Set.of("1", "4"), here, silent).isOver());
        assertTrue(count(Set.of("1", "3"), here, coming, failed).isOver());
        assertEquals(1, count(Set.of("1", "3"), here, coming, failed).failed());
        assertTrue(count(Set.of()).isOver());
    }
}
