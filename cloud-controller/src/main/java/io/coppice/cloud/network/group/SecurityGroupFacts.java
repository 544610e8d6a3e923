package io.coppice.cloud.network.group;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What policies must know of security groups: which id a name stands for. Thread-safe. */
@ApplicationScoped
class SecurityGroupFacts implements ResourceFacts {
    /** The members of requests that hold names of groups; all others hold ids. */
    private static final Set<String> NAMES =
            Set.of("SecurityGroups", "GroupName", "GroupNames", "SourceSecurityGroupName");

    private final Database database;
    private final SecurityGroups groups;
    private final DefaultNetwork flatNetwork;
    private final boolean flat;

    SecurityGroupFacts(Database database, SecurityGroups groups, DefaultNetwork flatNetwork, SiteConfig site) {
        this.database = database;
        this.groups = groups;
        this.flatNetwork = flatNetwork;
        this.flat = !site.network().mode().vpcs();
    }

    @Override
    public String kind() {
        return "ec2:security-group";
    }

    @Override
    public Set<String> keys() {
        return Set.of();
    }

    @Override
    public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
        return Map.of();
    }

    @Override
    public Optional<String> resolve(AccountId account, String member, String name) {
        if (!NAMES.contains(member)) {
            return Optional.of(name);
        }
        if (flat) {
            return name.equals(DefaultNetwork.Ids.SECURITY_GROUP_NAME)
                    ? Optional.of(flatNetwork.of(account).securityGroupId())
                    : Optional.empty();
        }
        return database.read(entities -> groups.named(entities, account, name)).map(row -> row.id);
    }
}
