package io.coppice.cloud.setting;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.GetDefaultCreditSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.GetInstanceMetadataDefaultsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataDefaultsResponse;
import software.amazon.awssdk.services.ec2.model.ModifyDefaultCreditSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataDefaultsRequest;

/** If this fails, an account's choices for its launches are lost, reach another account, or take values that mean nothing. */
class LaunchDefaultActionsTest {
    private static final TestDatabase DATABASE = TestDatabase.start(TestTags.ENTITY);
    private final LaunchDefaultActions actions =
            new LaunchDefaultActions(DATABASE, new StoredAccountSettings(), new RecordingEventLog());

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("account_settings");
    }

    @Test
    void metadataDefaultsAreKeptForTheAccountAndGivenUpAgain() {
        assertNull(defaults(ALICE).httpTokensAsString());
        modify(request -> request.httpTokens("required")
                .httpPutResponseHopLimit(3)
                .httpEndpoint("enabled")
                .instanceMetadataTags("enabled")
                .httpTokensEnforced("enabled"));
        var kept = defaults(ALICE);
        assertEquals("required", kept.httpTokensAsString());
        assertEquals(3, kept.httpPutResponseHopLimit());
        assertEquals("enabled", kept.instanceMetadataTagsAsString());
        assertEquals("enabled", kept.httpTokensEnforcedAsString());
        assertEquals("account", kept.managedByAsString());
        assertNull(defaults(BOB).httpTokensAsString());
        modify(request -> request.httpTokens("no-preference").httpPutResponseHopLimit(-1));
        var left = defaults(ALICE);
        assertNull(left.httpTokensAsString());
        assertNull(left.httpPutResponseHopLimit());
        assertEquals("enabled", left.httpEndpointAsString());
    }

    @Test
    void metadataDefaultsThatMeanNothingAreRefused() {
        refused("InvalidParameterValue", () -> modify(request -> request.httpTokens("sometimes")));
        refused("InvalidParameterValue", () -> modify(request -> request.httpPutResponseHopLimit(65)));
        refused("InvalidParameterValue", () -> modify(request -> request.httpPutResponseHopLimit(0)));
    }

    @Test
    void creditsOfAFamilyBeginAsAwsHasThem() {
        assertEquals("standard", credits(ALICE, "t2"));
        assertEquals("unlimited", credits(ALICE, "t3"));
        var answer = actions.modifyCredits(
                TestRequests.by(ALICE, "ModifyDefaultCreditSpecification"),
                ModifyDefaultCreditSpecificationRequest.builder()
                        .instanceFamily("t3")
                        .cpuCredits("standard")
                        .build());
        assertEquals("standard", answer.instanceFamilyCreditSpecification().cpuCredits());
        assertEquals("standard", credits(ALICE, "t3"));
        assertEquals("unlimited", credits(ALICE, "t3a"));
        assertEquals("unlimited", credits(BOB, "t3"));
        refused("InvalidParameterValue", () -> credits(ALICE, "m5"));
    }

    @Test
    void everySettingIsReadBackByItsName() {
        for (var setting : AccountSetting.values()) {
            assertEquals(setting, AccountSetting.ofColumn(setting.column()));
            assertTrue(setting.column().length() <= 64);
        }
    }

    private InstanceMetadataDefaultsResponse defaults(AccountId account) {
        return actions.metadata(
                        TestRequests.by(account, "GetInstanceMetadataDefaults"),
                        GetInstanceMetadataDefaultsRequest.builder().build())
                .accountLevel();
    }

    private void modify(Consumer<ModifyInstanceMetadataDefaultsRequest.Builder> changes) {
        var request = ModifyInstanceMetadataDefaultsRequest.builder();
        changes.accept(request);
        assertTrue(actions.modifyMetadata(TestRequests.by(ALICE, "ModifyInstanceMetadataDefaults"), request.build())
                .returnValue());
    }

    private String credits(AccountId account, String family) {
        return actions.credits(
                        TestRequests.by(account, "GetDefaultCreditSpecification"),
                        GetDefaultCreditSpecificationRequest.builder()
                                .instanceFamily(family)
                                .build())
                .instanceFamilyCreditSpecification()
                .cpuCredits();
    }

    private static void refused(String code, Runnable call) {
        assertEquals(code, assertThrows(AwsException.class, call::run).code());
    }
}
