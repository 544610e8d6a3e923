package io.coppice.testing.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * If this fails, a class has grown beyond what one can read at a sitting, an error is caught (and perhaps lost) where nobody
 * expects it, or a package does not say what it is for.
 */
class SourceBudgetTest {
    private static final Logger LOG = Logger.getLogger(SourceBudgetTest.class);
    private static final int LARGE_LINES = 400;
    private static final int DEFECT_LINES = 600;
    private static final Pattern CATCH_ALL =
            Pattern.compile("catch \\((final )?(\\w+ \\| )*(Exception|RuntimeException|Throwable|Error)\\b");
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");

    /** The named boundaries: see each class for what it does with the error. */
    private static final Set<String> BOUNDARIES = Set.of(
            // Runs every remaining undo step even when one fails, and throws the first error at the end.
            "foundation/Undo",
            // The users' HTTP doors: an error becomes an answer and one log line.
            "cloud-controller/QueryDispatcher",
            "cloud-controller/NodeTokensApi",
            "cloud-controller/ServiceQuotasApi",
            "cloud-controller/EventRoutes",
            "cloud-controller/SystemImagesRoute",
            "cloud-controller/ImageCachesRoute",
            "walrus/S3Server",
            "walrus/UsageService",
            // Carries out other requests' work too: what goes wrong belongs to the one that asked.
            "cloud-controller/LaunchQueue",
            // Call method handles, which declare every Throwable: what an entity's constructor or getter throws goes on
            // as it is.
            "cloud-controller/EntityReader",
            "cloud-controller/EntityWriter",
            // The roles' gRPC doors: an error becomes a status and one log line.
            "cloud-controller/FailureGate",
            "walrus/ImageStoreService",
            "walrus/LogDeliveryService",
            "ebs-controller/BlockStorageService",
            // Loops that must go on with the next thing.
            "cloud-controller/BackgroundLoop",
            "cloud-controller/EventRetention",
            "cloud-controller/KafkaRelay",
            "walrus/AccessLog",
            "walrus/BackgroundLoop",
            "walrus/Courier",
            "ebs-controller/StorageDaemons",
            // Whoever waits for its copy must not wait for ever.
            "ebs-controller/EncryptedCopies",
            "ebs-controller/VolumeWorker",
            "ebs-controller/SnapshotCopier",
            "cloud-controller/NetworkSender",
            "cloud-controller/ZoneControl",
            "cloud-controller/ZoneReconciler",
            "cloud-controller/ZoneWatcher",
            "cluster-controller/ClusterController",
            "node-controller/NetworkFollower",
            "node-controller/NodeAgent",
            "node-controller/VmActor",
            // Closes a client whose close() declares every Exception.
            "walrus/S3BlobStore",
            // Called by libvirt's event loop, through which no Java exception may pass.
            "node-controller/DomainEvents",
            // Starting and stopping roles, and steps that a person watches: an error becomes a line with cause and fix.
            "server-runtime/RoleSupervisor",
            // Undo what they made and throw the same error on.
            "server/Demo",
            "server/ImageStory",
            "server/Steps",
            "server/UpFlow");

    @Test
    void noClassIsTooLarge() {
        var defects = new ArrayList<String>();
        for (var file : SourceTree.javaFiles()) {
            var lines = SourceTree.lines(file).size();
            if (lines > DEFECT_LINES) {
                defects.add(lines + " lines: " + name(file));
            } else if (lines > LARGE_LINES) {
                LOG.infof("large class, %d lines: %s", lines, name(file));
            }
        }
        assertEquals(List.of(), defects, "split these by their reasons to change");
    }

    @Test
    void everythingIsCaughtAtNamedBoundariesOnly() {
        var found = SourceTree.javaFiles().stream()
                .filter(file -> file.toString().contains("src/main/java"))
                .filter(file -> CATCH_ALL
                        .matcher(String.join("\n", SourceTree.lines(file)))
                        .find())
                .map(SourceBudgetTest::moduleAndClass)
                .collect(Collectors.toCollection(TreeSet::new));
        found.removeAll(BOUNDARIES);
        assertEquals(
                Set.of(),
                found,
                "catch the exceptions that can happen, or name the class a boundary in this test with its reason");
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        var lacking = SourceTree.javaFiles().stream()
                .map(Path::getParent)
                .distinct()
                .filter(folder -> folder.toString().contains("src/main/java"))
                .filter(folder -> !folder.resolve("package-info.java").toFile().exists())
                .map(SourceBudgetTest::name)
                .toList();
        assertEquals(List.of(), lacking, "add a package-info.java with @NullMarked and a sentence");
    }

    @Test
    void nothingIsLeftForLater() {
        var left = SourceTree.javaFiles().stream()
                .filter(file -> file.toString().contains("src/main/java"))
                .filter(file -> UNFINISHED
                        .matcher(String.join("\n", SourceTree.lines(file)))
                        .find())
                .map(SourceBudgetTest::name)
                .toList();
        assertEquals(List.of(), left);
    }

    @Test
    void theSourcesAreFound() {
        assertTrue(
                SourceTree.javaFiles().size() > 50,
                "only " + SourceTree.javaFiles().size() + " source files found");
        assertTrue(CATCH_ALL.matcher("} catch (RuntimeException e) {").find());
        assertTrue(CATCH_ALL.matcher("} catch (IOException | Error e) {").find());
    }

    private static String moduleAndClass(Path file) {
        var path = SourceTree.root().relativize(file);
        return path.getName(0) + "/" + file.getFileName().toString().replace(".java", "");
    }

    private static String name(Path path) {
        return SourceTree.root().relativize(path).toString();
    }
}
