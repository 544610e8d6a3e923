package io.coppice.cloud.identity.credential;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.List;

/** The X.509 certificates by which the users of an account sign. Works in the caller's transaction. */
public final class SigningCertificates {
    private SigningCertificates() {}

    /** Those that are active, of all users of the account, PEM. */
    public static List<String> active(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "select k.body from UserPublicKey k where k.kind = :kind and k.active = true and k.userId in"
                                + " (select u.id from User u where u.owner.id = :account) order by k.id",
                        String.class)
                .setParameter("kind", PublicKeyRow.Kind.SIGNING)
                .setParameter("account", account.value())
                .getResultList();
    }
}
