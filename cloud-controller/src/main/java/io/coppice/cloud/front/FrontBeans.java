package io.coppice.cloud.front;

import io.coppice.cloud.access.Authorizer;
import io.coppice.cloud.access.QuotaKeys;
import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.identity.AccessKeys;
import io.coppice.cloud.identity.AuthorityService;
import io.coppice.cloud.identity.AuthorizationMessages;
import io.coppice.cloud.identity.Bootstrap;
import io.coppice.cloud.identity.IdentityService;
import io.coppice.cloud.identity.JoinTokens;
import io.coppice.cloud.identity.OperatorTokens;
import io.coppice.cloud.identity.OriginKey;
import io.coppice.cloud.identity.PolicySource;
import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.identity.administration.Delegation;
import io.coppice.cloud.quota.QuotaDefaults;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.role.S3Door;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.wire.error.RefusalLog;
import io.quarkus.arc.All;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import javax.net.ssl.X509TrustManager;
import org.jboss.logging.Logger;

/** Puts the users' door together. */
@ApplicationScoped
class FrontBeans {
    private static final int API_BODY_BYTES = 64 * 1024;

    private final SiteConfig site;
    private final FrontConfig config;
    private final Clock clock = Clock.systemUTC();

    FrontBeans(SiteConfig site, FrontConfig config) {
        this.site = site;
        this.config = config;
    }

    @Produces
    @Singleton
    Authenticator authenticator(AccessKeys keys, SignatureConfig signatures) {
        return new Authenticator(keys, clock, SignaturePolicy.of(signatures, clock));
    }

    @Produces
    @Singleton
    ApiAuthenticator apiAuthenticator(OperatorTokens tokens, Authenticator signatures) {
        return new ApiAuthenticator(tokens, signatures);
    }

    @Produces
    @Singleton
    RefusalLog refusals() {
        var log = Logger.getLogger(QueryDispatcher.class);
        return new RefusalLog(log::info, config.loggedRefusalsPerMinute(), clock);
    }

    @Produces
    @Singleton
    Authorizer authorizer(
            PolicySource policies, @All List<ResourceFacts> facts, Tags tags, SecretBox secrets, QuotaKeys quotas) {
        return new Authorizer(policies, facts, tags, new AuthorizationMessages(secrets), site.region(), clock)
                .withQuotas(quotas);
    }

    @Produces
    @Singleton
    FrontDoor door(
            Instance<ActionModule> modules,
            Authenticator authenticator,
            Delegation delegation,
            Authorizer authorizer,
            RefusalLog refusals,
            SecretBox secrets,
            Vertx vertx,
            ServiceQuotasApi quotas,
            Instance<CertificateAuthority> authority) {
        var checks = new QueryDispatcher.Checks(authenticator, delegation, authorizer);
        var dispatcher = new QueryDispatcher(Actions.of(modules), checks, refusals, config);
        var s3 = S3Door.of(site);
        var trust = s3.secure() ? Optional.of(walrusAlone(authority.get())) : Optional.<X509TrustManager>empty();
        var passage = new S3Passage(vertx, s3.address(), trust, OriginKey.of(secrets), config);
        return new FrontDoor(dispatcher, passage, quotas, Executors.newVirtualThreadPerTaskExecutor(), config);
    }

    @Produces
    @Singleton
    ServiceQuotasApi serviceQuotas(
            Authenticator authenticator, Authorizer authorizer, Database database, QuotaDefaults defaults) {
        return new ServiceQuotasApi(authenticator, authorizer, database, defaults::of, site.region());
    }

    private static X509TrustManager walrusAlone(CertificateAuthority authority) {
        return PeerTrust.of(authority.certificate(), peer -> peer.kind() == PeerKind.WALRUS);
    }

    @Produces
    @Singleton
    NodeTokensRoute nodeTokens(ApiAuthenticator authenticator, JoinTokens tokens) {
        var api = new NodeTokensApi(authenticator, tokens, site.zone(), clock);
        return new NodeTokensRoute(api, new BodyReader(API_BODY_BYTES), Executors.newVirtualThreadPerTaskExecutor());
    }

    @Produces
    @Singleton
    CloudControllerRole.Parts parts(
            CloudControllerRole.IdentityParts identity, FrontDoor door, NodeTokensRoute nodeTokens) {
        return new CloudControllerRole.Parts(identity, door, nodeTokens);
    }

    @Produces
    @Singleton
    CloudControllerRole.IdentityParts identityParts(
            CertificateAuthority certificates,
            OperatorTokens operatorTokens,
            Bootstrap bootstrap,
            IdentityService identity,
            AuthorityService authority) {
        return new CloudControllerRole.IdentityParts(certificates, operatorTokens, bootstrap, identity, authority);
    }
}
