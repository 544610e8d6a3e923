package io.coppice.server;

import io.coppice.foundation.role.Role;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.SiteConfig;
import io.quarkus.arc.All;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** Wires the supervisor to whatever roles are on the class path. */
@ApplicationScoped
final class ServerBeans {
    @Produces
    @Singleton
    @Unremovable
    static RoleSupervisor supervisor(@All List<Role> roles, SiteConfig site) {
        return new RoleSupervisor(
                roles, site.roles().stream().map(RoleName::parse).toList());
    }
}
