package io.coppice.cloud.identity;

import io.coppice.wire.sign.OriginStamp;
import java.time.Clock;

/**
 * Stamps where a request came from that the users' door passes on to Walrus, which gets the key with every signing key.
 * Immutable.
 */
public final class OriginKey {
    private final byte[] key;

    private OriginKey(byte[] key) {
        this.key = key.clone();
    }

    /** The cloud's key: the same in every process that has the master key. */
    public static OriginKey of(SecretBox secrets) {
        return new OriginKey(secrets.derive("origin of requests passed on"));
    }

    /** The value of {@link OriginStamp#HEADER}. */
    public String stamp(String address, boolean secure, Clock clock) {
        var scope = address.indexOf('%');
        return new OriginStamp(scope < 0 ? address : address.substring(0, scope), secure).write(key, clock.instant());
    }

    byte[] toBytes() {
        return key.clone();
    }
}
