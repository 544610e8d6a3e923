package io.coppice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.role.Role;
import io.coppice.foundation.role.RoleHealth;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.RoleStartException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Broken: roles would start before those they need, a failed start would leave some of them running, or a role that
 * cannot stop would keep the others up.
 */
final class RoleSupervisorTest {
    private final List<String> told = new ArrayList<>();

    @Test
    void startsInOrderAndStopsInReverse() {
        var supervisor = new RoleSupervisor(
                List.of(role(RoleName.WALRUS), role(RoleName.CLOUD_CONTROLLER), role(RoleName.NODE_CONTROLLER)),
                List.of(RoleName.WALRUS, RoleName.CLOUD_CONTROLLER));

        supervisor.start((name, took) -> assertTrue(!took.isNegative()));
        supervisor.stop();

        assertEquals(List.of("start clc", "start walrus", "stop walrus", "stop clc"), told);
    }

    @Test
    void oneThatCannotStartStopsThoseBeforeIt() {
        var failing = new FakeRole(RoleName.WALRUS) {
            @Override
            public void start() {
                throw new RoleStartException("disk full", "free some space");
            }
        };
        var supervisor = new RoleSupervisor(
                List.of(role(RoleName.CLOUD_CONTROLLER), failing), List.of(RoleName.CLOUD_CONTROLLER, RoleName.WALRUS));

        var problem = assertThrows(OperatorException.class, () -> supervisor.start((name, took) -> {}));

        assertEquals("walrus: disk full", problem.getMessage());
        assertEquals("free some space", problem.fix());
        assertEquals(List.of("start clc", "stop clc"), told);
    }

    @Test
    void oneThatCannotStopDoesNotKeepTheOthersUp() {
        var failing = new FakeRole(RoleName.WALRUS) {
            @Override
            public void stop() {
                throw new IllegalStateException("stuck");
            }
        };
        var supervisor = new RoleSupervisor(
                List.of(role(RoleName.CLOUD_CONTROLLER), failing), List.of(RoleName.CLOUD_CONTROLLER, RoleName.WALRUS));

        supervisor.start((name, took) -> {});
        supervisor.stop();

        assertTrue(told.contains("stop clc"));
    }

    @Test
    void aRoleThatIsNotInTheBuildIsNamed() {
        var supervisor = new RoleSupervisor(List.of(), List.of(RoleName.EBS_CONTROLLER));

        var problem = assertThrows(OperatorException.class, () -> supervisor.start((name, took) -> {}));

        assertEquals("this build has no role ebs", problem.getMessage());
        assertFalse(supervisor.health().values().stream().anyMatch(RoleHealth::ready));
    }

    private FakeRole role(RoleName name) {
        return new FakeRole(name);
    }

    private class FakeRole implements Role {
        private final RoleName name;

        FakeRole(RoleName name) {
            this.name = name;
        }

        @Override
        public RoleName name() {
            return name;
        }

        @Override
        public void start() {
            told.add("start " + name.shortName());
        }

        @Override
        public void stop() {
            told.add("stop " + name.shortName());
        }

        @Override
        public RoleHealth health() {
            return RoleHealth.ready("fine", Map.of());
        }
    }
}
