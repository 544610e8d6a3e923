package io.coppice.cloud.volume;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What policies may ask about volumes. Thread-safe. */
@ApplicationScoped
class VolumeFacts implements ResourceFacts {
    private static final String SIZE = "ec2:volumesize";
    private static final String TYPE = "ec2:volumetype";
    private static final String ZONE = "ec2:availabilityzone";
    private static final String ENCRYPTED = "ec2:encrypted";

    private final Database database;

    VolumeFacts(Database database) {
        this.database = database;
    }

    @Override
    public String kind() {
        return "ec2:volume";
    }

    @Override
    public Set<String> keys() {
        return Set.of(SIZE, TYPE, ZONE, ENCRYPTED);
    }

    @Override
    public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
        return database
                .call(entities -> entities.createQuery(
                                "from VolumeRow v where v.accountId = :account and v.id in (:ids)", VolumeRow.class)
                        .setParameter("account", account.value())
                        .setParameter("ids", names)
                        .getResultList())
                .stream()
                .map(row -> row.toVolume(Map.of()))
                .collect(Collectors.toMap(volume -> volume.id().value(), VolumeFacts::keys));
    }

    private static Map<String, List<String>> keys(Volume volume) {
        var shape = volume.shape();
        return Map.of(
                SIZE, List.of(Integer.toString(shape.sizeGib())),
                TYPE, List.of(shape.kind().text()),
                ZONE, List.of(shape.zone()),
                ENCRYPTED, List.of(Boolean.toString(shape.encrypted())));
    }
}
