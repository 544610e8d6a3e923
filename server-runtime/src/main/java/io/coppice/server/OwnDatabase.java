package io.coppice.server;

import io.coppice.server.settings.DataFolder;
import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A PostgreSQL that a process brings up for itself when its settings name none. An implementation is announced in
 * {@code META-INF/services}; applications of a single role have none and must be told where the database is.
 */
public interface OwnDatabase {
    /** The implementation on the class path. */
    static Optional<OwnDatabase> find() {
        return ServiceLoader.load(OwnDatabase.class).findFirst();
    }

    /** Returns when it takes connections; throws {@link OperatorException} when it cannot be brought to that. */
    Running startOrAdopt(DataFolder folder);

    /** Ends it in good order; called once, after the last role has ended. */
    void stop(DataFolder folder, Duration limit);

    /**
     * How to reach it.
     *
     * @param password never logged
     * @param adopted whether it ran already
     */
    record Running(String url, String user, String password, boolean adopted) {
        @Override
        public String toString() {
            return "Running[" + url + "]";
        }
    }
}
