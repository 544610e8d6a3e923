package io.coppice.cloud.keypair;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ec2.model.CreateKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.DeleteKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.DescribeKeyPairsRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ImportKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.KeyPairInfo;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** If this fails, users cannot keep SSH keys in the cloud, or see those of others. */
class KeyPairActionsTest {
    private static final String LINE = KeyMaterial.ed25519().publicKey().line();
    private static final TestDatabase DATABASE = TestDatabase.start(KeyPairRow.class, TestTags.ENTITY);

    private final RecordingEventLog events = new RecordingEventLog();
    private final KeyPairStore store = new KeyPairStore(DATABASE, TestTags.in(DATABASE), () -> 3);
    private final KeyPairActions actions = new KeyPairActions(DATABASE, store, events, Clock.systemUTC());

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("key_pair", "tag");
    }

    private static String code(Executable call) {
        return assertThrows(AwsException.class, call).code();
    }

    private String imported(AccountId account, String name) {
        return actions.importKey(
                        TestRequests.by(account, "ImportKeyPair"),
                        ImportKeyPairRequest.builder()
                                .keyName(name)
                                .publicKeyMaterial(SdkBytes.fromUtf8String(LINE + " me@home"))
                                .tagSpecifications(TagSpecification.builder()
                                        .resourceType("key-pair")
                                        .tags(Tag.builder()
                                                .key("team")
                                                .value(name + "-team")
                                                .build())
                                        .build())
                                .build())
                .keyPairId();
    }

    private List<KeyPairInfo> describe(DescribeKeyPairsRequest.Builder request) {
        return actions.describe(TestRequests.by(ALICE, "DescribeKeyPairs"), request.build())
                .keyPairs();
    }

    @Test
    void importedKeyIsDescribedWithTagsAndGivenToLaunches() {
        var id = imported(ALICE, "dev");
        var info = describe(DescribeKeyPairsRequest.builder().keyNames("dev").includePublicKey(true))
                .getFirst();
        assertEquals(id, info.keyPairId());
        assertEquals("ed25519", info.keyTypeAsString());
        assertEquals(LINE + " dev", info.publicKey());
        assertEquals(List.of(Tag.builder().key("team").value("dev-team").build()), info.tags());
        assertEquals(LINE + " dev", store.publicKey(ALICE, "dev"));
        assertEquals("InvalidKeyPair.NotFound", code(() -> store.publicKey(BOB, "dev")));
        assertEquals(List.of("key-pair.created"), events.kindsOf(id));
        assertNull(describe(DescribeKeyPairsRequest.builder()).getFirst().publicKey());
    }

    @Test
    void createdKeyMatchesWhatIsKept() {
        var answer = actions.create(
                TestRequests.by(ALICE, "CreateKeyPair"),
                CreateKeyPairRequest.builder()
                        .keyName("made")
                        .keyType("ed25519")
                        .build());
        assertTrue(answer.keyMaterial().contains("BEGIN OPENSSH PRIVATE KEY"));
        assertEquals(
                answer.keyFingerprint(),
                describe(DescribeKeyPairsRequest.builder()).getFirst().keyFingerprint());
        assertFalse(events.entries().toString().contains("PRIVATE"));
    }

    @Test
    void filtersSelectByTagAndName() {
        imported(ALICE, "one");
        imported(ALICE, "two");
        imported(BOB, "three");
        var byTag = Filter.builder().name("tag:team").values("two-*").build();
        assertEquals(
                "two",
                describe(DescribeKeyPairsRequest.builder().filters(byTag))
                        .getFirst()
                        .keyName());
        assertEquals(2, describe(DescribeKeyPairsRequest.builder()).size());
        var wrong = Filter.builder().name("colour").values("red").build();
        assertEquals(
                "InvalidParameterValue",
                code(() -> describe(DescribeKeyPairsRequest.builder().filters(wrong))));
    }

    @Test
    void refusesDuplicatesTooManyAndUnknown() {
        imported(ALICE, "one");
        assertEquals("InvalidKeyPair.Duplicate", code(() -> imported(ALICE, "one")));
        imported(ALICE, "two");
        imported(ALICE, "three");
        assertEquals("ResourceLimitExceeded", code(() -> imported(ALICE, "four")));
        assertEquals("InvalidParameterValue", code(() -> imported(BOB, "a\nssh-rsa AAAA")));
        assertEquals(
                "InvalidKeyPair.NotFound",
                code(() -> describe(DescribeKeyPairsRequest.builder().keyNames("none"))));
        var ppk = CreateKeyPairRequest.builder().keyName("p").keyFormat("ppk").build();
        assertEquals("InvalidParameterValue", code(() -> actions.create(TestRequests.by(BOB, "CreateKeyPair"), ppk)));
    }

    @Test
    void deletingTwiceSucceedsAndLeavesNoTags() {
        var id = imported(ALICE, "one");
        var request = DeleteKeyPairRequest.builder().keyPairId(id).build();
        assertTrue(
                actions.delete(TestRequests.by(BOB, "DeleteKeyPair"), request).returnValue());
        assertEquals(1, describe(DescribeKeyPairsRequest.builder()).size());
        assertTrue(
                actions.delete(TestRequests.by(ALICE, "DeleteKeyPair"), request).returnValue());
        assertTrue(
                actions.delete(TestRequests.by(ALICE, "DeleteKeyPair"), request).returnValue());
        assertTrue(describe(DescribeKeyPairsRequest.builder()).isEmpty());
        assertTrue(TestTags.in(DATABASE).of(ALICE, List.of(id)).isEmpty());
    }
}
