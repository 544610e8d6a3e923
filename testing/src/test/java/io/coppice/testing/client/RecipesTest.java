package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.testing.architecture.SourceTree;
import io.coppice.testing.cloud.CloudUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this fails, a newcomer who types what the cookbook says gets an error: a recipe says what does not work, or leaves things behind
 * that it says it takes away.
 */
class RecipesTest {
    private static final Pattern COMMANDS = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
    /** The first line of a recipe for users. */
    private static final String BEGINNING = "eval \"$(./coppice env)\"";

    private static final String LEFT = """
            aws ec2 describe-instances --filters Name=instance-state-name,Values=pending,running,stopping,stopped \
                --query 'Reservations[].Instances[].InstanceId' --output text
            aws ec2 describe-volumes --query 'Volumes[].VolumeId' --output text
            aws ec2 describe-snapshots --owner-ids self --query 'Snapshots[].SnapshotId' --output text
            aws ec2 describe-addresses --query 'Addresses[].AllocationId' --output text
            aws ec2 describe-security-groups --query 'SecurityGroups[?GroupName!=`default`].GroupId' --output text
            aws ec2 describe-vpcs --filters Name=is-default,Values=false --query 'Vpcs[].VpcId' --output text
            aws ec2 describe-images --owners self --query 'Images[].ImageId' --output text
            aws iam list-users --query 'Users[].UserName' --output text
            aws s3api list-buckets --query 'Buckets[].Name' --output text
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    /** A process of aws for each of a hundred commands: minutes of two processors. */
    @Test
    @Tag("full")
    void everyRecipeWorksAsItIsWrittenAndCleansUp() throws Exception {
        var recipes = recipes();
        assertTrue(recipes.size() >= 6, "recipes found: " + recipes.keySet());
        follow(recipes);
    }

    @Test
    void theShortestRecipeWorksAsItIsWrittenAndCleansUp() throws Exception {
        var shortest = recipes().entrySet().stream()
                .min(Comparator.comparing(each -> each.getValue().length()))
                .orElseThrow();
        follow(Map.ofEntries(shortest));
    }

    /** All at once: each waits most of its time, for a process of aws or for the cloud. */
    private void follow(Map<String, String> recipes) throws Exception {
        try (var cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--hosts", "2");
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var tools = new Toolbox(cloud.environment(), folder);
            Toolbox.assumeProgram(Path.of("/usr/bin/aws"), "apt-get install awscli");
            Toolbox.assumeProgram(Path.of("/usr/bin/qemu-img"), "apt-get install qemu-utils");
            var before = run(cloud, tools, "before", LEFT);
            var running = recipes.entrySet().stream()
                    .map(each -> executor.submit(told(cloud, tools, each.getKey(), each.getValue())))
                    .toList();
            assertAll(running.stream().map(RecipesTest::ended));
            assertEquals(before, run(cloud, tools, "after", LEFT));
        }
    }

    private static Executable ended(Future<String> recipe) {
        return () -> assertTrue(recipe.get().endsWith("the end\n"), recipe::resultNow);
    }

    private Callable<String> told(CloudUnderTest cloud, Toolbox tools, String name, String commands) {
        return () -> run(cloud, tools, name, commands + "echo the end\n");
    }

    /** Runs commands in a shell that has read what {@code coppice env} prints, in a folder of their own. */
    private String run(CloudUnderTest cloud, Toolbox tools, String name, String commands) throws IOException {
        var own = Files.createDirectories(folder.resolve(name));
        var begin = "set -euo pipefail\neval \"$('" + SourceTree.root().resolve("coppice") + "' env --data '"
                + cloud.data() + "')\"\n";
        var script = Files.writeString(own.resolve("commands.sh"), begin + commands);
        return tools.run(Map.of(), own, List.of("bash", script.toString()))
                .orFail()
                .output();
    }

    /** The commands of each recipe for users, by the name of its page. */
    private static Map<String, String> recipes() {
        try (var pages = Files.list(SourceTree.root().resolve("docs/cookbook"))) {
            return pages.map(Toolbox::read)
                    .filter(text -> text.contains(BEGINNING))
                    .collect(Collectors.toMap(RecipesTest::title, RecipesTest::commands));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String title(String text) {
        return text.lines()
                .findFirst()
                .orElseThrow()
                .replaceAll("[^a-zA-Z]+", "-")
                .substring(1);
    }

    private static String commands(String text) {
        var commands = new StringBuilder();
        COMMANDS.matcher(text).results().forEach(block -> commands.append(block.group(1)));
        return commands.toString();
    }
}
