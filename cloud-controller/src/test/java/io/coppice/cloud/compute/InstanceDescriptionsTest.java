package io.coppice.cloud.compute;

import static io.coppice.cloud.compute.CloudFixture.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.wire.query.QueryService;
import io.coppice.wire.query.ResponseWriter;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;

/** If this fails, DescribeInstances answers what was: clients that wait for a state, or read what they wrote, are misled. */
class InstanceDescriptionsTest {
    private static final TestDatabase DATABASE = CloudFixture.startDatabase();
    private static final ResponseWriter XML = new ResponseWriter(QueryService.EC2);

    private final CloudFixture cloud = new CloudFixture(DATABASE);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        CloudFixture.empty(DATABASE);
        DATABASE.truncate("tag");
    }

    /** The answer, which must be the model's to the byte. */
    private String described(Consumer<DescribeInstancesRequest.Builder> changes) {
        var request = DescribeInstancesRequest.builder();
        changes.accept(request);
        var context = by("DescribeInstances");
        var answer = cloud.actions.queries().described(context, request.build());
        var written = text(answer.written());
        assertEquals(text(cloud.actions.queries().instances(context, request.build())), written);
        assertEquals(text(answer.model().get()), written);
        return written;
    }

    /** A token is sealed anew each time. */
    private static String text(SdkPojo answer) {
        return XML.write("DescribeInstances", "2016-11-15", answer, "request")
                .replaceFirst("<nextToken>[^<]+", "<nextToken>");
    }

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }

    private void tag(String id, String key, String value) {
        TestTags.in(DATABASE).put(TestRequests.ALICE, id, "instance", Map.of(key, value));
    }

    @Test
    void answersAreTheModelsHoweverTheyAreAskedFor() {
        cloud.run(3);
        var one = cloud.runOne();
        tag(one, "Name", "<one> & \"only\"");
        for (int i = 0; i < 2; i++) {
            assertEquals(4, described(all -> {}).split("<instanceId>i-", -1).length - 1);
            assertTrue(described(asked -> asked.instanceIds(one)).contains("&lt;one&gt; &amp; &quot;only&quot;"));
            described(asked -> asked.maxResults(5));
            described(asked -> asked.filters(filter("instance-state-name", "pending", "running")));
            described(asked -> asked.filters(filter("instance-state-name", "pend*")));
            described(asked -> asked.filters(filter("tag:Name", "*one*")));
            described(asked -> asked.filters(filter("instance-state-name", "pending"), filter("tag-key", "Name")));
            assertTrue(described(asked -> asked.filters(filter("instance-state-name", "stopped")))
                    .contains("<reservationSet/>"));
        }
    }

    @Test
    void pagesFollowEachOther() {
        cloud.run(7);
        described(all -> {});
        var queries = cloud.actions.queries();
        var first = queries.instances(
                by("DescribeInstances"),
                DescribeInstancesRequest.builder().maxResults(5).build());
        var second = described(asked -> asked.maxResults(5).nextToken(first.nextToken()));
        assertEquals(2, second.split("<instanceId>i-", -1).length - 1);
        assertFalse(second.contains("<nextToken>"));
    }

    @Test
    void aChangeIsSeenAtOnce() {
        var id = cloud.runOne();
        assertTrue(described(all -> {}).contains("<name>pending</name>"));

        tag(id, "Name", "first");
        assertTrue(described(all -> {}).contains("<value>first</value>"));
        tag(id, "Name", "second");
        assertTrue(described(all -> {}).contains("<value>second</value>"));
        TestTags.in(DATABASE).removeAll(TestRequests.ALICE, id);
        assertTrue(described(all -> {}).contains("<tagSet/>"));

        DATABASE.run(entities -> PlainSql.update(
                entities, "update instances set state = 'RUNNING', phase = 'RUNNING' where id = ?", id));
        assertTrue(described(all -> {}).contains("<name>running</name>"));
        assertTrue(described(asked -> asked.filters(filter("instance-state-name", "pending")))
                .contains("<reservationSet/>"));

        cloud.actions
                .power()
                .stop(
                        by("StopInstances"),
                        StopInstancesRequest.builder().instanceIds(id).build());
        assertTrue(described(all -> {}).contains("<name>stopping</name>"));
        DATABASE.run(entities -> PlainSql.update(entities, "delete from instances where id = ?", id));
        assertTrue(described(all -> {}).contains("<reservationSet/>"));
    }

    @Test
    void whatWasRolledBackIsNotTold() {
        var id = cloud.runOne();
        described(all -> {});
        try {
            DATABASE.run(entities -> {
                PlainSql.update(entities, "update instances set state = 'RUNNING' where id = ?", id);
                throw new IllegalStateException("on purpose");
            });
        } catch (IllegalStateException e) {
            assertEquals("on purpose", e.getMessage());
        }
        assertTrue(described(all -> {}).contains("<name>pending</name>"));
    }

    @Test
    void anotherAccountIsToldNothing() {
        cloud.runOne();
        described(all -> {});
        var bob = TestRequests.by(TestRequests.BOB, "DescribeInstances");
        var answer = cloud.actions
                .queries()
                .described(bob, DescribeInstancesRequest.builder().build());
        assertTrue(text(answer.written()).contains("<reservationSet/>"));
    }
}
