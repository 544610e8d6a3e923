package io.coppice.cloud.identity;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.identity.administration.AccountActions;
import io.coppice.cloud.identity.administration.AccountCaps;
import io.coppice.cloud.identity.administration.Delegation;
import io.coppice.cloud.identity.administration.QuotaActions;
import io.coppice.cloud.identity.policy.StoredPolicySource;
import io.coppice.cloud.identity.session.SessionPolicies;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.quota.ObjectStoreUsage;
import io.coppice.cloud.quota.QuotaDefaults;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;

/** Puts the identity feature together. Nothing is made, and no file written, before somebody needs it. */
@ApplicationScoped
class IdentityBeans {
    private final SiteConfig site;
    private final Clock clock = Clock.systemUTC();

    IdentityBeans(SiteConfig site) {
        this.site = site;
    }

    @Produces
    @Singleton
    CertificateAuthority authority() {
        var folder = RolePki.authorityFolder(site.dataDir());
        try {
            return CertificateAuthority.openOrCreate(folder, clock);
        } catch (IOException e) {
            throw new RoleStartException(
                    "the certificate authority in " + folder + " is not usable: " + e.getMessage(),
                    "check who may write there, or put back the files that were there",
                    e);
        }
    }

    @Produces
    @Singleton
    SecretBox secrets() {
        return SecretBox.open(site.dataDir());
    }

    @Produces
    @Singleton
    OperatorTokens operatorTokens() {
        return OperatorTokens.open(site.dataDir());
    }

    @Produces
    @Singleton
    Invalidations invalidations() {
        return new Invalidations();
    }

    @Produces
    @Singleton
    AccessKeys accessKeys(Database database, SecretBox secrets, Invalidations invalidations, KeyUses uses) {
        return new AccessKeys(database, secrets, invalidations, uses, clock);
    }

    @Produces
    @Singleton
    Bootstrap bootstrap(Database database, SecretBox secrets) {
        return new Bootstrap(database, secrets, site.dataDir(), clock);
    }

    @Produces
    @Singleton
    JoinTokens joinTokens(Database database, CertificateAuthority authority, Zones zones) {
        return new JoinTokens(
                database,
                zone -> zones.doors(zone).map(Zones.Doors::cluster),
                () -> PeerTrust.fingerprint(authority.certificate()),
                clock);
    }

    @Produces
    @Singleton
    IdentityService identityService(
            AccessKeys keys, PolicySource policies, SecretBox secrets, Invalidations invalidations) {
        return new IdentityService(keys, policies, OriginKey.of(secrets), invalidations);
    }

    @Produces
    @Singleton
    AuthorityService authorityService(CertificateAuthority authority, JoinTokens tokens, IdentityConfig config) {
        return new AuthorityService(authority, tokens, config.hostCertificateLife());
    }

    @Produces
    @Singleton
    PolicySource policies(StoredPolicySource stored, Database database, Invalidations invalidations) {
        var principals = new SessionPolicies(stored, database, invalidations, clock);
        return new AccountCaps(principals, database, invalidations, clock);
    }

    @Produces
    @Singleton
    ActionModule accounts(Database database, Invalidations invalidations, ObjectStoreUsage objectStore) {
        return new AccountActions(database, invalidations, objectStore, clock);
    }

    @Produces
    @Singleton
    ActionModule quotas(Database database, QuotaDefaults defaults) {
        return new QuotaActions(database, defaults::of);
    }

    @Produces
    @Singleton
    Delegation delegation(Database database) {
        return new Delegation(database);
    }
}
