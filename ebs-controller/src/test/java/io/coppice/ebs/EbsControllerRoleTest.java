package io.coppice.ebs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.volume.Transactions;
import io.coppice.ebs.volume.Volumes;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import org.junit.jupiter.api.Test;

/** If this failed, the EBS controller would not start in the product: its wiring, its tables or its door are wrong. */
@QuarkusTest
@QuarkusTestResource(RoleEnvironment.class)
class EbsControllerRoleTest {
    @Inject
    EbsControllerRole role;

    @Inject
    EbsConfig config;

    @Inject
    Transactions transactions;

    @Test
    void theRoleStartsAndStops() {
        assertFalse(role.health().ready());
        role.start();
        try {
            assertTrue(role.health().ready());
        } finally {
            role.stop();
        }
        assertFalse(role.health().ready());
        long last = transactions.call(new Volumes(Clock.systemUTC())::lastSequence);
        assertEquals(0, last);
    }

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        assertEquals(4, config.maxConcurrent());
        assertEquals(1.0, config.overcommit());
    }
}
