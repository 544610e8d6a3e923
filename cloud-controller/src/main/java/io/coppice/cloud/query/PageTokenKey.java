package io.coppice.cloud.query;

/** Where the key of page tokens comes from; all replicas of a cloud must have the same. Thread-safe. */
@FunctionalInterface
public interface PageTokenKey {
    /** 32 secret bytes, always the same. */
    byte[] bytes();
}
