package io.coppice.cloud.tag;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Tag;

/** If this fails, tags get lost, land on resources of others, or terraform sees changes where there are none. */
class TagActionsTest {
    private static final String THING = "thing-00000000000000001";
    private static final TestDatabase DATABASE = TestDatabase.start(TagRow.class);

    private final RecordingEventLog events = new RecordingEventLog();
    private final StoredTags tags = new StoredTags(DATABASE);
    private final TagActions actions = new TagActions(
            DATABASE,
            tags,
            new TaggableResources(List.of(new Things())),
            new Pages(new PageTokens(() -> new byte[32])),
            events);

    /** Things that only Alice has. */
    private static final class Things implements TaggableResource {
        @Override
        public String idPrefix() {
            return "thing-";
        }

        @Override
        public String resourceType() {
            return "thing";
        }

        @Override
        public boolean exists(AccountId account, String id) {
            return account.equals(ALICE) && id.length() == THING.length();
        }

        @Override
        public AwsException notFound(String id) {
            return AwsException.client("InvalidThing.NotFound", id);
        }
    }

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("tag");
    }

    private void create(AccountId account, String id, Tag... wanted) {
        actions.create(
                TestRequests.by(account, "CreateTags"),
                CreateTagsRequest.builder().resources(id).tags(wanted).build());
    }

    private void delete(Tag... which) {
        actions.delete(
                TestRequests.by(ALICE, "DeleteTags"),
                DeleteTagsRequest.builder().resources(THING).tags(which).build());
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }

    private Map<String, String> now() {
        return tags.of(ALICE, List.of(THING)).getOrDefault(THING, Map.of());
    }

    @Test
    void settingAgainReplacesAndOthersDoNotSee() {
        create(ALICE, THING, tag("Name", "a"), tag("env", ""));
        create(ALICE, THING, tag("Name", "b"));
        assertEquals(Map.of("Name", "b", "env", ""), now());
        assertTrue(tags.of(BOB, List.of(THING)).isEmpty());
        assertEquals(List.of("tag.set", "tag.set"), events.kindsOf(THING));
    }

    @Test
    void deletesByKeyByValueOrAll() {
        create(ALICE, THING, tag("a", "1"), tag("b", "2"), tag("c", "3"), tag("d", ""));
        delete(Tag.builder().key("a").build(), tag("b", "other"), tag("d", ""));
        assertEquals(Map.of("b", "2", "c", "3"), now());
        delete();
        assertEquals(Map.of(), now());
    }

    @Test
    void theCloudsOwnTagsAreNotTheUsersToGiveTakeOrCount() {
        tags.put(ALICE, THING, "thing", Map.of("aws:origin", "here"));
        create(
                ALICE,
                THING,
                IntStream.range(0, 50).mapToObj(n -> tag("k" + n, "")).toArray(Tag[]::new));
        assertEquals("InvalidParameterValue", code(() -> delete(tag("aws:origin", "here"))));
        delete();
        assertEquals(Map.of("aws:origin", "here"), now());
    }

    @Test
    void refusesByTheRulesOfAws() {
        assertEquals("InvalidParameterValue", code(() -> create(ALICE, THING, tag("aws:x", ""))));
        assertEquals("InvalidParameterValue", code(() -> create(ALICE, THING, tag("k".repeat(128), ""))));
        assertEquals("InvalidParameterValue", code(() -> create(ALICE, THING, tag("k", "v".repeat(256)))));
        assertEquals("InvalidParameterValue", code(() -> create(ALICE, THING, tag("k", "1"), tag("k", "2"))));
        assertEquals("InvalidID", code(() -> create(ALICE, "nonsense", tag("k", "1"))));
        assertEquals("InvalidThing.NotFound", code(() -> create(BOB, THING, tag("k", "1"))));
        assertEquals("MissingParameter", code(() -> create(ALICE, THING)));
        assertEquals(Map.of(), now());
    }

    @Test
    void fiftyFirstTagIsRefusedAndNothingOfTheRequestStays() {
        create(ALICE, THING, numbered(0, 50));
        assertEquals("TagLimitExceeded", code(() -> create(ALICE, THING, tag("k00", "new"), tag("one more", ""))));
        assertEquals("v", now().get("k00"));
        assertEquals(50, now().size());
        create(ALICE, THING, tag("k00", "new"));
        assertEquals("new", now().get("k00"));
    }

    private static Tag[] numbered(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> tag("k%02d".formatted(i), "v"))
                .toArray(Tag[]::new);
    }

    @Test
    void describesByFilterAndPage() {
        create(ALICE, THING, numbered(0, 23));
        create(ALICE, "thing-00000000000000002", tag("Name", "other"));
        var keys = new ArrayList<String>();
        String token = null;
        do {
            var answer = actions.describe(
                    TestRequests.by(ALICE, "DescribeTags"),
                    DescribeTagsRequest.builder()
                            .filters(Filter.builder()
                                    .name("resource-id")
                                    .values(THING)
                                    .build())
                            .maxResults(5)
                            .nextToken(token)
                            .build());
            answer.tags().forEach(tag -> keys.add(tag.key()));
            token = answer.nextToken();
        } while (token != null);
        assertEquals(IntStream.range(0, 23).mapToObj("k%02d"::formatted).toList(), keys);
        var byType = actions.describe(
                TestRequests.by(ALICE, "DescribeTags"),
                DescribeTagsRequest.builder()
                        .filters(
                                Filter.builder()
                                        .name("resource-type")
                                        .values("thing")
                                        .build(),
                                Filter.builder().name("key").values("Na*").build())
                        .build());
        assertEquals("other", byType.tags().getFirst().value());
        assertEquals("thing", byType.tags().getFirst().resourceTypeAsString());
    }
}
