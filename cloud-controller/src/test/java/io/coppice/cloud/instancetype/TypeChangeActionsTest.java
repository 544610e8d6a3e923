package io.coppice.cloud.instancetype;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.Message;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.GoldenAnswers;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.wire.error.AwsException;
import java.net.URI;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this fails, a user could change the sizes of everybody's machines, or the operator's change does not reach launches. */
class TypeChangeActionsTest {
    private static final TestDatabase DATABASE = TestDatabase.start(TestTags.ENTITY);
    private static final RequestContext OPERATOR = new RequestContext(
            "5f2b2b7e-0000-4000-8000-000000000001",
            "ModifyInstanceTypeAttribute",
            new Caller(ALICE, "arn:aws:iam::" + ALICE + ":root", ALICE.value(), "AKIATEST", true),
            URI.create("http://127.0.0.1:8773"));
    private final StoredTypeChanges changes = new StoredTypeChanges(DATABASE);
    private final Catalogue catalogue = new Catalogue(Optional.empty(), false, changes);
    private final TypeChangeActions actions =
            new TypeChangeActions(DATABASE, catalogue, changes, new RecordingEventLog());

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("instance_type_changes");
    }

    @Test
    void theOperatorChangesATypeAndTakesItBack() {
        var answer = modify(
                OPERATOR,
                request -> request.put("Name", "m1.small").put("Cpu", "2").put("Disk", "10"));
        GoldenAnswers.check("ModifyInstanceTypeAttribute", answer);
        assertSize("m1.small", 2, 256, 10);
        assertEquals(
                2,
                catalogue.all().stream()
                        .filter(type -> type.name().equals("m1.small"))
                        .findFirst()
                        .orElseThrow()
                        .vcpus());
        assertSize("m1.medium", 1, 512, 0);
        modify(OPERATOR, request -> request.put("Name", "m1.small").put("Memory", "300"));
        assertSize("m1.small", 2, 300, 10);
        modify(OPERATOR, request -> request.put("Name", "m1.small").put("Reset", true));
        assertSize("m1.small", 1, 256, 0);
    }

    @Test
    void nobodyElseChangesAType() {
        refused("UnauthorizedOperation", TestRequests.by(ALICE, "ModifyInstanceTypeAttribute"), request -> request.put(
                        "Name", "m1.small")
                .put("Cpu", "2"));
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        refused("MissingParameter", OPERATOR, request -> request.put("Cpu", "2"));
        refused("MissingParameter", OPERATOR, request -> request.put("Name", "m1.small"));
        refused("InvalidInstanceType", OPERATOR, request -> request.put("Name", "m9.huge")
                .put("Cpu", "2"));
        refused("InvalidParameterValue", OPERATOR, request -> request.put("Name", "m1.small")
                .put("Cpu", "0"));
        refused("InvalidParameterValue", OPERATOR, request -> request.put("Name", "m1.small")
                .put("Memory", "much"));
    }

    private void assertSize(String name, int vcpus, long memoryMib, int diskGib) {
        var type = catalogue.require(name);
        assertEquals(
                new TypeChanges.Size(vcpus, memoryMib, diskGib),
                new TypeChanges.Size(type.vcpus(), type.memoryMib(), type.rootDiskGib()));
    }

    private Message modify(RequestContext context, Consumer<Message> parameters) {
        var request = TypeChangeActions.newRequest();
        parameters.accept(request);
        return actions.modify(context, request);
    }

    private void refused(String code, RequestContext context, Consumer<Message> parameters) {
        assertEquals(
                code,
                assertThrows(AwsException.class, () -> modify(context, parameters))
                        .code());
    }
}
