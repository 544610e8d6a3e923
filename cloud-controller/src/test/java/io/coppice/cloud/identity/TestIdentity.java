package io.coppice.cloud.identity;

import io.coppice.cloud.front.ActionModule;
import io.coppice.cloud.identity.credential.AccessKeyActions;
import io.coppice.cloud.identity.credential.UserKeys;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.group.GroupRow;
import io.coppice.cloud.identity.policy.ManagedPolicyRow;
import io.coppice.cloud.identity.policy.PolicyVersionRow;
import io.coppice.cloud.identity.role.InstanceProfileRow;
import io.coppice.cloud.identity.role.RoleRow;
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
        PolicyVersionRow.class
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

    /** IAM and STS. */
    public List<ActionModule> modules() {
        var pages = new IamPages(new Pages(new PageTokens(() -> new byte[32])));
        return List.of(
                new UserActions(database, pages, invalidations, clock),
                new AccessKeyActions(database, userKeys(), uses, pages),
                new StsActions());
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
