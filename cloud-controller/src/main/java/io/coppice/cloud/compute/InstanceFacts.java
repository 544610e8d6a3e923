package io.coppice.cloud.compute;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What policies may ask about instances. Thread-safe. */
@ApplicationScoped
class InstanceFacts implements ResourceFacts {
    private static final String TYPE = "ec2:instancetype";
    private static final String ZONE = "ec2:availabilityzone";
    private static final String TENANCY = "ec2:tenancy";
    private static final String ROOT_DEVICE = "ec2:rootdevicetype";

    private final Database database;

    InstanceFacts(Database database) {
        this.database = database;
    }

    @Override
    public String kind() {
        return "ec2:instance";
    }

    @Override
    public Set<String> keys() {
        return Set.of(TYPE, ZONE, TENANCY, ROOT_DEVICE);
    }

    @Override
    public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
        return database
                .call(entities -> entities.createQuery(
                                "select i from Instance i where i.accountId = :account and i.id in :ids",
                                Instance.class)
                        .setParameter("account", account.value())
                        .setParameter("ids", names)
                        .getResultList())
                .stream()
                .collect(Collectors.toMap(row -> row.id, InstanceFacts::keys));
    }

    private static Map<String, List<String>> keys(Instance row) {
        return Map.of(
                TYPE, List.of(row.machine.type()),
                ZONE, List.of(row.zone),
                TENANCY, List.of("default"),
                ROOT_DEVICE, List.of("ebs"));
    }
}
