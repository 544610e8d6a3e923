package io.coppice.cloud.identity.credential;

import io.coppice.cloud.identity.UserRow;
import jakarta.persistence.EntityManager;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Users' X.509 certificates and SSH public keys. Works in the caller's transaction. */
final class PublicKeys {
    private PublicKeys() {}

    /** A user's of one kind, in the order of their ids. */
    static List<PublicKeyRow> of(EntityManager entities, UserRow user, PublicKeyRow.Kind kind) {
        return entities.createQuery(
                        "select k from UserPublicKey k where k.userId = :user and k.kind = :kind order by k.id",
                        PublicKeyRow.class)
                .setParameter("user", user.id())
                .setParameter("kind", kind)
                .getResultList();
    }

    /** The user's one of that id. */
    static Optional<PublicKeyRow> find(EntityManager entities, UserRow user, PublicKeyRow.Kind kind, String id) {
        return of(entities, user, kind).stream()
                .filter(row -> row.id().equals(id))
                .findFirst();
    }

    /** The SHA-256 or MD5 of bytes, as hexadecimal digits. */
    static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(algorithm + " is in every JDK", e);
        }
    }
}
