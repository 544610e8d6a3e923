package io.coppice.cloud.network.address;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.front.TestRequests.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.*;

/** If this fails, an address goes to somebody whom nobody offered it, or is lost on the way. */
class AddressTransfersTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private Instant now = Clock.systemUTC().instant();
    private final NetworkFixture cloud = new NetworkFixture(DATABASE, Map.of(), new Moving());

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("address_transfer", "public_addresses");
        DATABASE.truncate(NetworkFixture.TABLES);
    }

    @Test
    void anAddressThatIsOfferedIsTaken() {
        var mine = allocate();
        var offer = offer(mine.allocationId(), BOB);
        assertEquals("pending", offer.addressTransferStatusAsString());
        assertEquals(1, transfers(ALICE).size());
        assertTrue(transfers(BOB).isEmpty());
        var taken = cloud.call(
                        BOB,
                        AcceptAddressTransferResponse.class,
                        AcceptAddressTransferRequest.builder()
                                .address(mine.publicIp())
                                .tagSpecifications(of -> of.resourceType("elastic-ip")
                                        .tags(tag -> tag.key("from").value("alice")))
                                .build())
                .addressTransfer();
        assertEquals("accepted", taken.addressTransferStatusAsString());
        assertTrue(addresses(ALICE).isEmpty());
        var theirs = addresses(BOB).getFirst();
        assertEquals(mine.publicIp(), theirs.publicIp());
        assertNotEquals(mine.allocationId(), theirs.allocationId());
        assertEquals("alice", theirs.tags().getFirst().value());
        assertEquals("accepted", transfers(ALICE).getFirst().addressTransferStatusAsString());
        assertEquals("accepted", transfers(BOB).getFirst().addressTransferStatusAsString());
        assertEquals("InvalidAddress.NotFound", accept(BOB, mine.publicIp()));
        now = now.plus(Duration.ofDays(15));
        assertTrue(transfers(ALICE).isEmpty());
    }

    @Test
    void nobodyElseTakesItAndNobodyTakesWhatIsNotOfferedAnyMore() {
        var mine = allocate();
        assertEquals("InvalidAddress.NotFound", accept(BOB, mine.publicIp()));
        offer(mine.allocationId(), new AccountId("333333333333"));
        assertEquals("InvalidAddress.NotFound", accept(BOB, mine.publicIp()));
        offer(mine.allocationId(), BOB);
        cloud.call(
                DisableAddressTransferResponse.class,
                DisableAddressTransferRequest.builder()
                        .allocationId(mine.allocationId())
                        .build());
        assertEquals("InvalidAddress.NotFound", accept(BOB, mine.publicIp()));
        assertEquals(
                "InvalidAddress.NotFound",
                cloud.refusal(DisableAddressTransferRequest.builder()
                        .allocationId(mine.allocationId())
                        .build()));
        offer(mine.allocationId(), BOB);
        now = now.plus(Duration.ofHours(8));
        assertEquals("InvalidAddress.NotFound", accept(BOB, mine.publicIp()));
        assertTrue(transfers(ALICE).isEmpty());
        offer(mine.allocationId(), BOB);
        cloud.call(
                ReleaseAddressResponse.class,
                ReleaseAddressRequest.builder()
                        .allocationId(mine.allocationId())
                        .build());
        assertEquals("InvalidAddress.NotFound", accept(BOB, mine.publicIp()));
        assertTrue(transfers(ALICE).isEmpty());
    }

    @Test
    void badOffersAreRefused() {
        var mine = allocate();
        assertEquals("InvalidParameterValue", refused(mine.allocationId(), ALICE.value()));
        assertEquals("InvalidParameterValue", refused(mine.allocationId(), "banana"));
        assertEquals("InvalidAllocationID.NotFound", refused("eipalloc-00000000000000000", BOB.value()));
        for (var i = 0; i < 5; i++) {
            cloud.call(
                    BOB,
                    AllocateAddressResponse.class,
                    AllocateAddressRequest.builder().build());
        }
        offer(mine.allocationId(), BOB);
        assertEquals("AddressLimitExceeded", accept(BOB, mine.publicIp()));
        assertEquals(1, addresses(ALICE).size());
    }

    private AllocateAddressResponse allocate() {
        return cloud.call(
                AllocateAddressResponse.class, AllocateAddressRequest.builder().build());
    }

    private AddressTransfer offer(String allocation, AccountId to) {
        return cloud.call(
                        EnableAddressTransferResponse.class,
                        EnableAddressTransferRequest.builder()
                                .allocationId(allocation)
                                .transferAccountId(to.value())
                                .build())
                .addressTransfer();
    }

    private String refused(String allocation, String to) {
        return cloud.refusal(EnableAddressTransferRequest.builder()
                .allocationId(allocation)
                .transferAccountId(to)
                .build());
    }

    private String accept(AccountId account, String ip) {
        return cloud.refusal(
                account, AcceptAddressTransferRequest.builder().address(ip).build());
    }

    private List<AddressTransfer> transfers(AccountId account) {
        return cloud.call(
                        account,
                        DescribeAddressTransfersResponse.class,
                        DescribeAddressTransfersRequest.builder().build())
                .addressTransfers();
    }

    private List<Address> addresses(AccountId account) {
        return cloud.call(
                        account,
                        DescribeAddressesResponse.class,
                        DescribeAddressesRequest.builder().build())
                .addresses();
    }

    /** Stands still until the test moves it. */
    private final class Moving extends Clock {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
