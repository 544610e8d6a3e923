package io.coppice.cloud.identity;

import io.coppice.cloud.access.TestAccess;
import io.coppice.cloud.front.ActionModule;
import io.coppice.cloud.identity.account.AliasActions;
import io.coppice.cloud.identity.account.AuthorizationDetailsActions;
import io.coppice.cloud.identity.account.CredentialReportActions;
import io.coppice.cloud.identity.account.CredentialReportRow;
import io.coppice.cloud.identity.account.SummaryActions;
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
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.group.GroupActions;
import io.coppice.cloud.identity.group.GroupRow;
import io.coppice.cloud.identity.policy.AttachmentActions;
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
import io.coppice.cloud.identity.tag.TagActions;
import io.coppice.cloud.identity.user.UserActions;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

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
                new StsActions());
    }

    /** What binds callers. */
    public StoredPolicySource policies() {
        return new StoredPolicySource(database, invalidations, clock);
    }

    private IamStore store() {
        var pages = new IamPages(new Pages(new PageTokens(() -> new byte[32])));
        return new IamStore(database, pages, invalidations, clock);
    }

    /** The first access key. */
    public Credentials credentials() throws IOException {
        var lines = Files.readAllLines(dataDir.resolve("credentials"));
        return new Credentials(
                lines.getFirst().replace("AWS_ACCESS_KEY_ID=", ""), lines.get(1).replace("AWS_SECRET_ACCESS_KEY=", ""));
    }

    /** The keys of users. */
    public UserKeys userKeys() {
        return new UserKeys(database, secrets, invalidations, clock);
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

    @Override
    public void close() {
        database.close();
    }

    /** An access key. */
    public record Credentials(String id, String secret) {}
}
