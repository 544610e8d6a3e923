package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this fails, two clouds on one machine disturb each other: ports, buckets, states or ends are mixed up. */
@Tag("full")
class SideBySideTest {
    @Test
    void twoCloudsDoNotKnowOfEachOther(@TempDir Path folder) {
        try (var first = CloudUnderTest.up(folder.resolve("first"), "--hypervisor", "simulated", "--no-sample-image")) {
            try (var second =
                    CloudUnderTest.up(folder.resolve("second"), "--hypervisor", "simulated", "--no-sample-image")) {
                assertNotEquals(
                        first.environment().get("AWS_ENDPOINT_URL"),
                        second.environment().get("AWS_ENDPOINT_URL"));
                try (var s3 = second.s3()) {
                    s3.createBucket(request -> request.bucket("only-in-the-second"));
                }
            }
            try (var s3 = first.s3()) {
                assertEquals(0, s3.listBuckets().buckets().size(), "a bucket of the other cloud is seen");
            }
            first.coppice(CloudUnderTest.COMMAND_LIMIT, "status").orFail();
        }
    }
}
