package io.coppice.cloud.front;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.ResponseWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Compares the XML of answers with the files under {@code src/test/resources/golden}, as a test fixture. With
 * {@code -Dgolden.update=true} it writes them instead: look at the difference before you commit it.
 */
public final class GoldenAnswers {
    private static final Path FOLDER = Path.of("src", "test", "resources", "golden");
    private static final String REQUEST_ID = "5f2b2b7e-0000-4000-8000-000000000001";
    private static final String VERSION = "2016-11-15";

    private GoldenAnswers() {}

    /** Fails when the answer to this EC2 action is not what the file of its name says. */
    public static void check(String action, SdkPojo answer) {
        check(action, action, answer);
    }

    /** As {@link #check(String, SdkPojo)}, for a file of another name. */
    public static void check(String file, String action, SdkPojo answer) {
        var xml = new ResponseWriter(QueryService.EC2)
                .write(action, VERSION, answer, REQUEST_ID);
        checkXml(file, xml);
    }

    /** As {@link #check(String, SdkPojo)}, for XML as it went to a client. */
    public static void checkXml(String file, String answer) {
        var xml = answer.replaceAll("><(?!/)", ">\n<");
        var golden = FOLDER.resolve(file + ".xml");
        try {
            if (Boolean.getBoolean("golden.update")) {
                Files.createDirectories(golden.toAbsolutePath().getParent());
                Files.writeString(golden, xml + "\n");
            }
            assertEquals(Files.readString(golden).strip(), xml.strip(), () -> "the answer in " + file + " changed");
        } catch (IOException e) {
            throw new UncheckedIOException("no golden file " + golden + ": run once with -Dgolden.update=true", e);
        }
    }
}
