package io.coppice.cloud.launchtemplate;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What policies must know of launch templates: which id a name stands for. Thread-safe. */
@ApplicationScoped
class LaunchTemplateFacts implements ResourceFacts {
    private final Database database;
    private final LaunchTemplateStore store;

    LaunchTemplateFacts(Database database, LaunchTemplateStore store) {
        this.database = database;
        this.store = store;
    }

    @Override
    public String kind() {
        return "ec2:" + LaunchTemplateActions.RESOURCE_TYPE;
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
        return member.equals("LaunchTemplateName")
                ? database.call(entities -> store.named(entities, account, name).map(row -> row.id))
                : Optional.of(name);
    }
}
