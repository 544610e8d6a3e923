package io.coppice.cloud.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.wire.error.AwsException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceImageMetadataRequest;
import software.amazon.awssdk.services.ec2.model.ImageMetadata;
import software.amazon.awssdk.services.ec2.model.InstanceImageMetadata;

/** If this fails, users cannot see which of their instances run old or foreign images, or see those of others. */
class InstanceImagesTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();

    private final CloudFixture cloud = new CloudFixture(DATABASE);
    private boolean gone;
    private final InstanceImageActions actions = new InstanceImageActions(
            DATABASE,
            TestTags.in(DATABASE),
            (account, ids) -> gone
                    ? Map.of()
                    : Map.of(
                            CloudFixture.IMAGE,
                            ImageMetadata.builder()
                                    .imageId(CloudFixture.IMAGE)
                                    .name("old")
                                    .imageOwnerAlias("amazon")
                                    .imageAllowed(true)
                                    .build()),
            new Pages(new PageTokens(() -> new byte[32])));

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
    }

    @Test
    void instancesAreListedWithTheirImages() {
        cloud.run(request -> request.instanceType("t3.micro"));
        cloud.runOne();
        var all = describe(request -> {});
        assertEquals(2, all.size());
        assertEquals("t3.micro", all.getFirst().instanceTypeAsString());
        assertEquals("old", all.getFirst().imageMetadata().name());
        assertEquals("pending", all.getFirst().state().nameAsString());
        assertEquals(1, describe(filter("instance-type", "t3.micro")).size());
        assertEquals(2, describe(filter("owner-alias", "amazon")).size());
        assertTrue(describe(filter("instance-state-name", "running")).isEmpty());
        var one = all.getLast().instanceId();
        assertEquals(
                one, describe(request -> request.instanceIds(one)).getFirst().instanceId());
        gone = true;
        var image = describe(request -> {}).getFirst().imageMetadata();
        assertEquals(CloudFixture.IMAGE, image.imageId());
        assertNull(image.name());
    }

    @Test
    void pagesAreWholeAndUnknownInstancesAreRefused() {
        cloud.run(7);
        var request =
                DescribeInstanceImageMetadataRequest.builder().maxResults(5).build();
        var first = actions.describe(CloudFixture.by("DescribeInstanceImageMetadata"), request);
        var second = actions.describe(
                CloudFixture.by("DescribeInstanceImageMetadata"),
                request.toBuilder().nextToken(first.nextToken()).build());
        assertEquals(5, first.instanceImageMetadata().size());
        assertEquals(2, second.instanceImageMetadata().size());
        assertNull(second.nextToken());
        assertEquals(
                "InvalidInstanceID.NotFound",
                assertThrows(AwsException.class, () -> describe(each -> each.instanceIds("i-0123456789abcdef0")))
                        .code());
    }

    private static Consumer<DescribeInstanceImageMetadataRequest.Builder> filter(String name, String value) {
        return request -> request.filters(filter -> filter.name(name).values(value));
    }

    private List<InstanceImageMetadata> describe(Consumer<DescribeInstanceImageMetadataRequest.Builder> changes) {
        var request = DescribeInstanceImageMetadataRequest.builder();
        changes.accept(request);
        return actions.describe(CloudFixture.by("DescribeInstanceImageMetadata"), request.build())
                .instanceImageMetadata();
    }
}
