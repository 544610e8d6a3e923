package io.coppice.cloud.identity;

import io.coppice.foundation.id.AccountId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells those who keep copies of keys, names or policies that some have changed. Thread-safe. */
public final class Invalidations {
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();

    /** Calls the listener at every change. Closing ends that. */
    public Subscription listen(Consumer<Change> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Tells that a key changed. Called after the change is committed. */
    public void changed(String accessKeyId) {
        tell(new Change.OfKey(accessKeyId));
    }

    /**
     * Tells that anything in an account may have changed: names, policies, who is where. Nothing outside of it depends on
     * that. Called after the change is committed.
     */
    public void changed(AccountId account) {
        tell(new Change.OfAccount(account));
    }

    private void tell(Change change) {
        listeners.forEach(listener -> listener.accept(change));
    }

    /** What may be out of date. */
    public sealed interface Change {
        /** Whether it concerns a key of an account. */
        default boolean concerns(String accessKeyId, AccountId account) {
            return switch (this) {
                case OfKey key -> key.accessKeyId().equals(accessKeyId);
                case OfAccount any -> any.account().equals(account);
            };
        }

        /** Whether it concerns the names and policies of an account: a key by itself says nothing about them. */
        default boolean concerns(AccountId account) {
            return this instanceof OfAccount any && any.account().equals(account);
        }

        /** One access key. */
        record OfKey(String accessKeyId) implements Change {}

        /** Whatever belongs to an account. */
        record OfAccount(AccountId account) implements Change {}
    }

    /** A listener that can be taken off. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
