package io.coppice.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.server.OperatorException;
import io.coppice.server.process.Waiting;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks after the images that hosts keep. */
@Command(
        name = "image",
        description = "Bring images to hosts before instances need them, and see what hosts keep.",
        subcommands = {ImageCommand.Prefetch.class, ImageCommand.Caches.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./coppice image prefetch ami-0123456789abcdef0 --wait",
            "  ./coppice image caches ami-0123456789abcdef0"
        })
final class ImageCommand extends CloudCommand {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    @Override
    public Integer call() {
        throw new OperatorException("image needs to be told what to do", "Type \"./coppice image --help\".");
    }

    /** Has hosts fetch an image. */
    @Command(
            name = "prefetch",
            description = "Have hosts fetch an image now, so that the next launch there need not wait for it.")
    static final class Prefetch extends CloudCommand {
        @Parameters(paramLabel = "AMI", description = "The image's id.")
        @SuppressWarnings("NullAway.Init")
        private String image;

        @Option(names = "--zone", paramLabel = "NAME", description = "Only hosts of this zone.")
        private @Nullable String zone;

        @Option(
                names = "--host",
                paramLabel = "HOST",
                description = "Only this host, by its id or name; may be repeated.")
        private List<String> hosts = new ArrayList<>();

        @Option(names = "--wait", description = "Return when all of them have it, or have given up.")
        private boolean wait;

        @Override
        public Integer call() {
            var body = new LinkedHashMap<String, Object>();
            body.put("imageId", image);
            if (zone != null) {
                body.put("zone", zone);
            }
            body.put("hosts", hosts);
            try (var client = new StatusClient(folder(), cloud.settings())) {
                var answer = client.post("/api/v1/image-prefetch", body);
                var told = texts(answer.path("told"));
                out().println(told.size() + " host" + (told.size() == 1 ? "" : "s") + " told to fetch " + image);
                warn("not in session, not told", texts(answer.path("away")));
                warn("zones that do not answer", texts(answer.path("silentZones")));
                return wait ? follow(client, told) : 0;
            } catch (IOException e) {
                throw notAnswered(e);
            }
        }

        private void warn(String what, Set<String> names) {
            if (!names.isEmpty()) {
                out().println(what + ": " + String.join(" ", names));
            }
        }

        private int follow(StatusClient client, Set<String> told) throws IOException {
            var last = Count.NONE;
            JsonNode caches;
            do {
                caches = caches(client, Optional.of(image));
                var count = Count.of(caches, told);
                if (!count.equals(last)) {
                    out().println(count);
                }
                last = count;
            } while (!last.isOver() && Waiting.pause(BETWEEN_LOOKS));
            for (var host : caches.path("hosts")) {
                for (var kept : host.path("images")) {
                    if (told.contains(host.path("nodeId").asText())
                            && kept.path("state").asText().equals("failed")) {
                        out().println(host.path("hostName").asText() + ": "
                                + kept.path("failure").asText());
                    }
                }
            }
            return last.failed() == 0 && last.isOver() ? 0 : 1;
        }
    }

    /**
     * Hosts that were told to fetch an image, by what became of that.
     *
     * @param percent that all of them have of it together
     */
    record Count(int all, int here, int failed, int percent) {
        static final Count NONE = new Count(-1, 0, 0, 0);

        static Count of(JsonNode caches, Set<String> told) {
            var here = 0;
            var failed = 0;
            var sum = 0;
            for (var host : caches.path("hosts")) {
                if (told.contains(host.path("nodeId").asText())) {
                    for (var kept : host.path("images")) {
                        here += kept.path("state").asText().equals("here") ? 1 : 0;
                        failed += kept.path("state").asText().equals("failed") ? 1 : 0;
                        sum += kept.path("percent").asInt();
                    }
                }
            }
            return new Count(told.size(), here, failed, told.isEmpty() ? 100 : sum / told.size());
        }

        boolean isOver() {
            return here + failed >= all;
        }

        @Override
        public String toString() {
            return "%d %%: %d of %d hosts have it%s"
                    .formatted(percent, here, all, failed == 0 ? "" : ", " + failed + " cannot");
        }
    }

    /** Lists what hosts keep. */
    @Command(name = "caches", description = "List the images that hosts keep and fetch: zone, host, image, state.")
    static final class Caches extends CloudCommand {
        @Parameters(paramLabel = "AMI", arity = "0..1", description = "Only this image.")
        private @Nullable String image;

        @Override
        public Integer call() {
            try (var client = new StatusClient(folder(), cloud.settings())) {
                var caches = caches(client, Optional.ofNullable(image));
                for (var host : caches.path("hosts")) {
                    lines(host).forEach(out()::println);
                }
                for (var zone : caches.path("silentZones")) {
                    out().println(zone.asText() + "  does not answer");
                }
                return 0;
            } catch (IOException e) {
                throw notAnswered(e);
            }
        }
    }

    /** What {@code image caches} says of a host. */
    static List<String> lines(JsonNode host) {
        var begin = host.path("zone").asText() + "  " + host.path("hostName").asText() + "  ";
        var lines = new ArrayList<String>();
        for (var kept : host.path("images")) {
            var id = kept.path("imageId").asText("");
            lines.add(begin + (id.isEmpty() ? kept.path("sha256").asText() : id) + "  " + state(kept));
        }
        if (lines.isEmpty()) {
            lines.add(begin + "-  " + (host.path("up").asBoolean() ? "nothing" : "does not answer"));
        }
        return lines;
    }

    private static String state(JsonNode kept) {
        return switch (kept.path("state").asText()) {
            case "coming" -> kept.path("percent").asInt() + " %";
            case "failed" -> "failed: " + kept.path("failure").asText();
            default -> kept.path("state").asText();
        };
    }

    private static JsonNode caches(StatusClient client, Optional<String> image) throws IOException {
        var query = image.map(id -> "?image=" + URLEncoder.encode(id, StandardCharsets.UTF_8))
                .orElse("");
        return client.get("/api/v1/image-caches" + query);
    }

    private static Set<String> texts(JsonNode array) {
        var texts = new HashSet<String>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static OperatorException notAnswered(IOException e) {
        return new OperatorException(
                "the hosts' images cannot be looked after: " + e.getMessage(),
                "Correct that, or look at \"coppice status\" and try again.",
                e);
    }
}
