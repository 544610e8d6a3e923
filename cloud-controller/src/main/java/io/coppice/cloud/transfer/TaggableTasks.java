package io.coppice.cloud.transfer;

import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** Lets tasks be tagged, each kind under its own name. */
@ApplicationScoped
class TaggableTasks {
    private final TaskStore store;

    TaggableTasks(TaskStore store) {
        this.store = store;
    }

    @Produces
    @Singleton
    TaggableResource importedImages() {
        return new OfKind(TaskKind.IMPORT_IMAGE, store);
    }

    @Produces
    @Singleton
    TaggableResource importedSnapshots() {
        return new OfKind(TaskKind.IMPORT_SNAPSHOT, store);
    }

    @Produces
    @Singleton
    TaggableResource exportedImages() {
        return new OfKind(TaskKind.EXPORT_IMAGE, store);
    }

    private record OfKind(TaskKind kind, TaskStore store) implements TaggableResource {
        @Override
        public String idPrefix() {
            return kind.prefix();
        }

        @Override
        public String resourceType() {
            return kind.resourceType();
        }

        @Override
        public boolean exists(AccountId account, String id) {
            return !store.list(account, kind, List.of(id), null, 1).isEmpty();
        }

        @Override
        public AwsException notFound(String id) {
            return TransferErrors.notFound(kind, id);
        }
    }
}
