package io.coppice.server;

import io.coppice.foundation.role.Role;
import io.coppice.foundation.role.RoleHealth;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.server.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * Starts the roles this process plays in the order of {@link RoleName}, stops them in reverse, and says how each is. A
 * role that cannot start ends the whole start: those already up are stopped. Thread-safe.
 */
public final class RoleSupervisor {
    private static final Logger LOG = Logger.getLogger(RoleSupervisor.class);

    private final Map<RoleName, Role> roles;
    private final List<RoleName> wanted;
    private final List<Role> started = new ArrayList<>();

    /**
     * @param roles all that this build has
     * @param wanted those to play
     */
    public RoleSupervisor(Collection<Role> roles, List<RoleName> wanted) {
        var byName = new LinkedHashMap<RoleName, Role>();
        for (var role : roles) {
            if (byName.put(role.name(), role) != null) {
                throw new IllegalArgumentException(
                        "two roles are called " + role.name().shortName());
            }
        }
        this.roles = byName;
        this.wanted = wanted.stream().sorted().toList();
    }

    /**
     * Starts all wanted roles; {@code onStarted} hears of each with the time it took. Throws
     * {@link OperatorException} when one cannot start; then none is up.
     */
    public synchronized void start(BiConsumer<RoleName, Duration> onStarted) {
        for (var name : wanted) {
            var begun = System.nanoTime();
            try {
                require(name).start();
            } catch (OperatorException e) {
                stop();
                throw e;
            } catch (RoleStartException e) {
                stop();
                throw new OperatorException(name.longName() + ": " + e.getMessage(), e.fix(), e);
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s could not start", name.longName());
                stop();
                throw new OperatorException(
                        name.longName() + " could not start: " + e,
                        "Read " + name.longName() + ".log and server.log (coppice logs), or run coppice doctor.",
                        e);
            }
            started.add(require(name));
            var took = Duration.ofNanos(System.nanoTime() - begun);
            LOG.infof("%s is up after %d ms", name.longName(), took.toMillis());
            onStarted.accept(name, took);
        }
    }

    /** Stops what is up, the last started first. One that fails to stop does not keep the others up. */
    public synchronized void stop() {
        for (var role : started.reversed()) {
            try {
                role.stop();
                LOG.infof("%s is down", role.name().longName());
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s did not stop in good order", role.name().longName());
            }
        }
        started.clear();
    }

    /** How each wanted role is, in the order they start. */
    public SequencedMap<RoleName, RoleHealth> health() {
        var result = new LinkedHashMap<RoleName, RoleHealth>();
        wanted.forEach(name -> result.put(name, healthOf(name)));
        return result;
    }

    private RoleHealth healthOf(RoleName name) {
        var role = roles.get(name);
        if (role == null) {
            return RoleHealth.notReady("not in this build");
        }
        try {
            return role.health();
        } catch (RuntimeException e) {
            LOG.debugf(e, "%s could not say how it is", name.longName());
            return RoleHealth.notReady("cannot say how it is: " + e.getMessage());
        }
    }

    private Role require(RoleName name) {
        var role = roles.get(name);
        if (role == null) {
            throw new OperatorException(
                    "this build has no role " + name.shortName(), "Correct " + Settings.ROLES + " in the settings.");
        }
        return role;
    }
}
