package io.coppice.cloud.identity.sts;

import io.coppice.cloud.access.Authorizer;
import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.identity.AuthorizationMessages;
import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.identity.credential.MfaDevices;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Puts STS together. */
@ApplicationScoped
class StsBeans {
    private final Clock clock = Clock.systemUTC();

    @Produces
    @Singleton
    SessionTokens sessionTokens(SecretBox secrets) {
        return new SessionTokens(secrets, clock);
    }

    @Produces
    @Singleton
    RoleAssumption roleAssumption(Database database, SessionTokens tokens, SiteConfig site) {
        return new RoleAssumption(database, tokens, site.region(), clock);
    }

    @Produces
    @Singleton
    RoleTrust roleTrust(Authorizer authorizer) {
        return authorizer::decide;
    }

    @Produces
    @Singleton
    MfaCheck mfaCheck(Database database, MfaDevices devices) {
        return new DeviceCodes(database, devices);
    }

    @Produces
    @Singleton
    WebIdentityTokens webIdentityTokens(Database database, WebIdentityConfig config) {
        return new WebIdentityTokens(database, config, clock);
    }

    void close(@Disposes WebIdentityTokens tokens) {
        tokens.close();
    }

    @Produces
    @Singleton
    ActionModule sts(Database database, SecretBox secrets) {
        return new StsActions(database, new AuthorizationMessages(secrets));
    }

    @Produces
    @Singleton
    ActionModule assumeRole(RoleAssumption roles, RoleTrust trust, MfaCheck mfa) {
        return new AssumeRoleActions(roles, trust, mfa, clock);
    }

    @Produces
    @Singleton
    ActionModule sessions(Database database, SessionTokens tokens, MfaCheck mfa) {
        return new SessionActions(database, tokens, mfa, clock);
    }

    @Produces
    @Singleton
    ActionModule webIdentity(RoleAssumption roles, WebIdentityTokens tokens) {
        return new WebIdentityActions(roles, tokens, clock);
    }
}
