package io.coppice.cloud.image;

import io.coppice.cloud.identity.credential.SigningCertificates;
import io.coppice.cloud.peer.PeerChannels;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;

/** Connects images to Walrus and to the accounts of the running Cloud Controller. */
@ApplicationScoped
class ImageWiring {
    @Produces
    @ApplicationScoped
    ImageBytes bytes(PeerChannels channels, SystemAccount system, BundleSigners signers) {
        return new WalrusImageBytes(channels::walrus, system, signers);
    }

    @Produces
    @ApplicationScoped
    BundleSigners bundleSigners(Database database) {
        return account -> database.call(entities -> SigningCertificates.active(entities, account));
    }

    @Produces
    @ApplicationScoped
    SystemAccount systemAccount(Database database) {
        return () -> new AccountId(database.call(
                entities -> entities.createQuery("select a.id from Account a where a.system = true", String.class)
                        .getSingleResult()));
    }
}
