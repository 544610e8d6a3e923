package io.coppice.cloud.compute;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.foundation.id.AccountId;
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

    private final NetworkNames networks;

    SecurityGroupFacts(NetworkNames networks) {
        this.networks = networks;
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
        var names = networks.of(account);
        return name.equals(names.securityGroupName()) ? Optional.of(names.securityGroupId()) : Optional.empty();
    }
}
