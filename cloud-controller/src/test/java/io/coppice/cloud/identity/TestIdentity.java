package io.coppice.cloud.identity;

import io.coppice.cloud.access.TestAccess;
import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.account.AliasActions;
import io.coppice.cloud.identity.account.AuthorizationDetailsActions;
import io.coppice.cloud.identity.account.CredentialReportActions;
import io.coppice.cloud.identity.account.CredentialReportRow;
import io.coppice.cloud.identity.account.SummaryActions;
import io.coppice.cloud.identity.administration.AccountActions;
import io.coppice.cloud.identity.administration.AccountCaps;
import io.coppice.cloud.identity.administration.Delegation;
import io.coppice.cloud.identity.administration.QuotaActions;
import io.coppice.cloud.identity.credential.AccessKeyActions;
import io.coppice.cloud.identity.credential.LoginProfileActions;
import io.coppice.cloud.identity.credential.LoginProfileRow;
import io.coppice.cloud.identity.credential.MfaActions;
import io.coppice.cloud.identity.credential.MfaDeviceRow;
import io.coppice.cloud.identity.credential.MfaDevices;
import io.coppice.cloud.identity.credential.PasswordPolicyRow;
import io.coppice.cloud.identity.credential.PublicKeyRow;
import io.coppice.cloud.identity.credential.ServerCertificateActions;
import io.coppice.cloud.identity.credential.ServerCertificateRow;
import io.coppice.cloud.identity.credential.SigningCertificateActions;
import io.coppice.cloud.identity.credential.SshPublicKeyActions;
import io.coppice.cloud.identity.credential.UserKeys;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.group.GroupActions;
import io.coppice.cloud.identity.group.GroupRow;
import io.coppice.cloud.identity.policy.AttachmentActions;
import io.coppice.cloud.identity.policy.Attachments;
import io.coppice.cloud.identity.policy.InlinePolicyActions;
import io.coppice.cloud.identity.policy.ManagedPolicyActions;
import io.coppice.cloud.identity.policy.ManagedPolicyRow;
import io.coppice.cloud.identity.policy.PolicyVersionActions;
import io.coppice.cloud.identity.policy.PolicyVersionRow;
import io.coppice.cloud.identity.policy.SimulationActions;
import io.coppice.cloud.identity.policy.StoredPolicySource;
import io.coppice.cloud.identity.provider.OidcProviderActions;
import io.coppice.cloud.identity.provider.OidcProviderRow;
import io.coppice.cloud.identity.role.InstanceProfileActions;
import io.coppice.cloud.identity.role.InstanceProfileRow;
import io.coppice.cloud.identity.role.RoleActions;
import io.coppice.cloud.identity.role.RoleRow;
import io.coppice.cloud.identity.role.ServiceLinkedRoleActions;
import io.coppice.cloud.identity.session.SessionGrant;
import io.coppice.cloud.identity.session.SessionPolicies;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.identity.session.TemporaryCredentials;
import io.coppice.cloud.identity.sts.AssumeRoleActions;
import io.coppice.cloud.identity.sts.RoleAssumption;
import io.coppice.cloud.identity.sts.SessionActions;
import io.coppice.cloud.identity.sts.StsActions;
import io.coppice.cloud.identity.sts.WebIdentityActions;
import io.coppice.cloud.identity.sts.WebIdentityConfig;
import io.coppice.cloud.identity.sts.WebIdentityTokens;
import io.coppice.cloud.identity.tag.TagActions;
import io.coppice.cloud.identity.user.UserActions;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.foundation.id.AccountId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The identity feature on a database of its own, with the first account made: a fixture. */
public final class TestIdentity implements AutoCloseable {
    private static final Class<?>[] ROWS = {
        AccountRow.class,
        UserRow.class,
        AccessKeyRow.class,
        JoinTokenRow.class,
        GroupRow.class,
        RoleRow.class,
        InstanceProfileRow.class,
        ManagedPolicyRow.class,
        PolicyVersionRow.class,
        LoginProfileRow.class,
        PasswordPolicyRow.class,
        MfaDeviceRow.class,
        ServerCertificateRow.class,
        PublicKeyRow.class,
        OidcProviderRow.class,
        CredentialReportRow.class
    };

    private final TestDatabase database;
    private final Path dataDir;
    private final SecretBox secrets;
    private final Invalidations invalidations = new Invalidations();
    private final KeyUses uses;
    private long buckets;
    private final TestIssuers issuers = new TestIssuers();
    private final Clock clock;

    private TestIdentity(TestDatabase database, Path dataDir, Clock clock) {
        this.database = database;
        this.dataDir = dataDir;
        this.secrets = SecretBox.open(dataDir);
        this.clock = clock;
        this.uses = new KeyUses(database, clock);
    }

    /** Starts a database and makes the first account. */
    public static TestIdentity start(Path dataDir, Clock clock) {
        var database = TestDatabase.start(ROWS);
        var identity = new TestIdentity(database, dataDir, clock);
        identity.bootstrap().run();
        return identity;
    }

    /** What makes the first account. */
    public Bootstrap bootstrap() {
        return new Bootstrap(database, secrets, dataDir, clock);
    }

    /** The keys, with a cache of their own. */
    public AccessKeys keys() {
        return new AccessKeys(database, secrets, invalidations, uses, clock);
    }

    /** Stamps requests that are passed on. */
    public OriginKey originKey() {
        return OriginKey.of(secrets);
    }

    /** IAM and STS. */
    public List<ActionModule> modules() {
        var store = store();
        return List.of(
                new UserActions(store),
                new AccessKeyActions(store, userKeys(), uses),
                new GroupActions(store),
                new RoleActions(store),
                new ServiceLinkedRoleActions(),
                new InstanceProfileActions(store, TestAccess.everything()),
                new ManagedPolicyActions(store),
                new PolicyVersionActions(store),
                new AttachmentActions(store),
                new InlinePolicyActions(store),
                new SimulationActions(store),
                new TagActions(store),
                new LoginProfileActions(store),
                new MfaActions(store, new MfaDevices(secrets, clock)),
                new ServerCertificateActions(store, secrets),
                new SigningCertificateActions(store),
                new SshPublicKeyActions(store),
                new OidcProviderActions(store),
                new AliasActions(store),
                new SummaryActions(store),
                new CredentialReportActions(store),
                new AuthorizationDetailsActions(store),
                new StsActions(database, new AuthorizationMessages(secrets)),
                new AssumeRoleActions(roles(), TestAccess.by(policies())::decide, TestIdentity::showsSix, clock),
                new SessionActions(database, sessionTokens(), TestIdentity::showsSix, clock),
                new AccountActions(database, invalidations, account -> buckets, clock),
                new QuotaActions(database, quota -> 100),
                new WebIdentityActions(roles(), new WebIdentityTokens(database, issuers, clock), clock));
    }

    /** From now on every account has this many buckets. */
    public void buckets(long number) {
        buckets = number;
    }

    /** From now on tokens of this issuer, for the audience {@code coppice}, are taken. */
    public void trustIssuer(String url) {
        issuers.url = Optional.of(url);
    }

    /** The same identity at another time. Need not be closed. */
    public TestIdentity at(Clock otherClock) {
        return new TestIdentity(database, dataDir, otherClock);
    }

    /** Credentials of a role's session called {@code test}. */
    public TemporaryCredentials sessionOf(AccountId account, String roleId, Duration life) {
        return sessionTokens().issue(SessionGrant.plain(Session.Kind.ROLE, account, roleId, "test", life));
    }

    /** The unique id of a role. */
    public String roleId(AccountId account, String name) {
        return database.call(entities -> entities.createQuery(
                        "select r.id from Role r where r.accountId = :account and r.name = :name", String.class)
                .setParameter("account", account.value())
                .setParameter("name", name)
                .getSingleResult());
    }

    /** Makes a role in an account. */
    public String role(AccountId account, String name, String trustPolicy) {
        var id = EntityKind.ROLE.newId();
        database.run(entities -> entities.createNativeQuery("""
                        insert into {h-schema}roles (id, account_id, name, path, trust_policy, description,
                          max_session_seconds, created_at)
                        values (:id, :account, :name, '/', :trust, '', 7200, now())""")
                .setParameter("id", id)
                .setParameter("account", account.value())
                .setParameter("name", name)
                .setParameter("trust", trustPolicy)
                .executeUpdate());
        return id;
    }

    /** Lets a role or user do everything in its account. */
    public void allowEverything(AccountId account, String principalId) {
        database.run(entities -> Attachments.add(
                entities, account, principalId, "arn:aws:iam::aws:policy/AdministratorAccess", clock.instant()));
        invalidations.changed(account);
    }

    /** Puts a key pair into an account. */
    public void keyPair(AccountId account, String name) {
        database.run(entities -> entities.createNativeQuery("""
                        insert into {h-schema}key_pair
                          (id, account_id, name, key_type, fingerprint, public_key, created_at)
                        values (:name, :account, :name, 'rsa', '', '', now())""")
                .setParameter("name", name)
                .setParameter("account", account.value())
                .executeUpdate());
    }

    /** Removes a role as IAM does. */
    public void removeRole(String id) {
        var account = database.call(entities -> {
            var owner = entities.find(RoleRow.class, id).account();
            entities.createNativeQuery("delete from {h-schema}roles where id = :id")
                    .setParameter("id", id)
                    .executeUpdate();
            return owner;
        });
        invalidations.changed(account);
    }

    /** What binds callers. */
    public PolicySource policies() {
        var stored = new StoredPolicySource(database, invalidations, clock);
        var principals = new SessionPolicies(stored, database, invalidations, clock);
        return new AccountCaps(principals, database, invalidations, clock);
    }

    /** Lets users of the cloud's own account act in others. */
    public Delegation delegation() {
        return new Delegation(database);
    }

    /** Makes and reads session tokens. */
    public SessionTokens sessionTokens() {
        return new SessionTokens(secrets, clock);
    }

    private RoleAssumption roles() {
        return new RoleAssumption(database, sessionTokens(), "us-east-1", clock);
    }

    /** The device of everybody shows the same code. */
    private static boolean showsSix(Caller caller, String serialNumber, String code) {
        return code.equals("666666");
    }

    private IamStore store() {
        var pages = new IamPages(new Pages(new PageTokens(() -> new byte[32])));
        return new IamStore(database, pages, invalidations, clock);
    }

    /** The first access key. */
    public Credentials credentials() throws IOException {
        return credentials("credentials");
    }

    /** The access key of the cloud's own account. */
    public Credentials systemCredentials() throws IOException {
        return credentials("system-credentials");
    }

    private Credentials credentials(String file) throws IOException {
        var lines = Files.readAllLines(dataDir.resolve(file));
        return new Credentials(
                lines.getFirst().replace("AWS_ACCESS_KEY_ID=", ""), lines.get(1).replace("AWS_SECRET_ACCESS_KEY=", ""));
    }

    /** The keys of users. */
    public UserKeys userKeys() {
        return new UserKeys(database, secrets, invalidations, clock);
    }

    /** The secret of an access key as the database has it. */
    byte[] sealedSecret(String accessKeyId) {
        return database.call(entities -> entities.createQuery(
                        "select k.sealedSecret from AccessKey k where k.id = :id", byte[].class)
                .setParameter("id", accessKeyId)
                .getSingleResult());
    }

    KeyUses uses() {
        return uses;
    }

    Invalidations invalidations() {
        return invalidations;
    }

    TestDatabase database() {
        return database;
    }

    /** Where its rows are. */
    public Database rows() {
        return database;
    }

    @Override
    public void close() {
        database.close();
    }

    private static final class TestIssuers implements WebIdentityConfig {
        private Optional<String> url = Optional.empty();

        @Override
        public Optional<List<String>> oidcIssuers() {
            return url.map(List::of);
        }

        @Override
        public List<String> oidcAudiences() {
            return List.of("coppice");
        }

        @Override
        public Duration oidcTimeout() {
            return Duration.ofSeconds(30);
        }

        @Override
        public Duration oidcKeysFor() {
            return Duration.ofMinutes(15);
        }

        @Override
        public int oidcMaxBytes() {
            return 20_000;
        }
    }

    /** An access key. */
    public record Credentials(String id, String secret) {}
}
