package io.coppice.walrus;

import io.coppice.foundation.rpc.Address;
import io.coppice.policy.PolicyPrincipal;
import io.coppice.policy.PolicySet;
import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.blob.LocalBlobStore;
import io.coppice.walrus.encryption.KeyStore;
import io.coppice.walrus.http.S3Server;
import io.coppice.walrus.http.S3Settings;
import io.coppice.walrus.http.Store;
import io.coppice.walrus.identity.Accounts;
import io.coppice.walrus.identity.Identity;
import io.coppice.walrus.identity.Permissions;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.identity.SigningKeys;
import io.coppice.walrus.metadata.BlobCollector;
import io.coppice.walrus.metadata.Blobs;
import io.coppice.walrus.metadata.BucketOwner;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.ImageRow;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Transactions;
import io.coppice.walrus.metadata.UploadRow;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.LegacyKey;
import io.coppice.wire.sign.SigV4;
import io.vertx.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.cfg.Configuration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * A whole Walrus on a real PostgreSQL and a real port, with an identity that knows two accounts. Transactions go straight
 * to Hibernate here; in the product they go through the transaction manager of Quarkus.
 */
public final class WalrusFixture implements AutoCloseable {
    public static final String ALICE = "AKIAALICE00000000001";
    public static final String BOB = "AKIABOB0000000000001";
    /** A user of Alice's account, who may do what {@link #carolMay} says, at first nothing. */
    public static final String CAROL = "AKIACAROL00000000001";

    /** Under which a door may stamp where Carol's requests came from. */
    public static final byte[] ORIGIN_KEY = {1, 2, 3};

    public static final String SECRET = "secretsecretsecretsecretsecretsecret0001";

    /** Encrypts what is to be encrypted. */
    public static final KeyStore KEYS = KeyStore.of(new byte[32], List.of("testkey-1", "testkey-2"));

    private static final Map<String, Principal> PRINCIPALS = Map.of(
            ALICE,
                    new Principal(
                            "111111111111", "a".repeat(64), "alice", false, Permissions.everything("111111111111")),
            BOB, new Principal("222222222222", "b".repeat(64), "bob", false, Permissions.everything("222222222222")));

    private final EmbeddedPostgres postgres;
    private final SessionFactory sessions;
    private final Vertx vertx = Vertx.vertx();
    private final S3Server server;
    private final Store store;
    private volatile boolean failing;
    private volatile PolicySet carolsPolicies = PolicySet.NOTHING;

    public WalrusFixture(Path folder) throws IOException {
        this(folder, S3Settings.standard("us-east-1"));
    }

    public WalrusFixture(Path folder, S3Settings settings) throws IOException {
        this(new LocalBlobStore(folder.resolve("walrus"), 0), settings);
    }

    /** One that keeps its bytes in {@code blobStore}, which it does not close. */
    public WalrusFixture(BlobStore blobStore, S3Settings settings) throws IOException {
        postgres = EmbeddedPostgres.builder().start();
        sessions = sessions(database(postgres));
        store = new Store(transactions(), Clock.systemUTC(), new Blobs(Clock.systemUTC()), blobStore, KEYS);
        server = new S3Server(
                vertx, store, new Identity(this::key, WalrusFixture::legacy, accounts()), settings, Optional.empty());
        server.start(new Address("127.0.0.1", 0));
    }

    /** Makes the tables of Walrus in a fresh database, and tells its JDBC URL. */
    public static String database(EmbeddedPostgres postgres) {
        Flyway.configure()
                .dataSource(postgres.getPostgresDatabase())
                .locations("classpath:db/walrus")
                .schemas("walrus")
                .defaultSchema("walrus")
                .load()
                .migrate();
        return postgres.getJdbcUrl("postgres", "postgres") + "&currentSchema=walrus";
    }

    /** Sessions on the tables of Walrus at that JDBC URL. */
    public static SessionFactory sessions(String jdbcUrl) {
        var configuration = new Configuration()
                .setProperty("hibernate.connection.url", jdbcUrl)
                .setProperty("hibernate.connection.pool_size", "60")
                .setProperty("hibernate.hbm2ddl.auto", "none");
        List.of(BucketRow.class, ObjectRow.class, UploadRow.class, ImageRow.class)
                .forEach(configuration::addAnnotatedClass);
        return configuration.buildSessionFactory();
    }

    /** Finds the keys of the accounts that the fixture knows. */
    public static SigningKeys keys() {
        return (accessKeyId, scope, sessionToken) -> Optional.ofNullable(PRINCIPALS.get(accessKeyId))
                .<SigningKeys.Signer>map(principal -> new SigningKeys.SignerKey(
                        SigV4.signingKey(SECRET, scope.date(), scope.region(), scope.service()), principal))
                .orElse(SigningKeys.Refusal.UNKNOWN_KEY);
    }

    private static SigningKeys.Signer legacy(
            String accessKeyId, String text, String signature, Optional<String> sessionToken) {
        var principal = PRINCIPALS.get(accessKeyId);
        if (principal == null) {
            return SigningKeys.Refusal.UNKNOWN_KEY;
        }
        return LegacyKey.of(SECRET).signed("HmacSHA1", text, signature)
                ? new SigningKeys.Known(principal)
                : SigningKeys.Refusal.MISMATCH;
    }

    /** All that is asked about the accounts that the fixture knows. */
    public static Identity identity() {
        return new Identity(keys(), WalrusFixture::legacy, accounts());
    }

    private static Accounts accounts() {
        return new Accounts() {
            @Override
            public Optional<BucketOwner> ofCanonicalId(String canonicalId) {
                return PRINCIPALS.values().stream()
                        .map(Principal::asOwner)
                        .filter(owner -> owner.canonicalId().equals(canonicalId))
                        .findFirst();
            }

            @Override
            public Optional<BucketOwner> ofEmail(String address) {
                return Optional.of(BOB)
                        .filter(any -> address.equals("john.doe@example.com"))
                        .map(PRINCIPALS::get)
                        .map(Principal::asOwner);
            }
        };
    }

    private SigningKeys.Signer key(String accessKeyId, CredentialScope scope, Optional<String> sessionToken) {
        if (!accessKeyId.equals(CAROL)) {
            return keys().find(accessKeyId, scope, sessionToken);
        }
        var permissions = new Permissions(
                PolicyPrincipal.of("arn:aws:iam::111111111111:user/carol", "AIDACAROL"), carolsPolicies, Map.of());
        return new SigningKeys.SignerKey(
                SigV4.signingKey(SECRET, scope.date(), scope.region(), scope.service()),
                new Principal("111111111111", "a".repeat(64), "carol", false, permissions),
                ORIGIN_KEY);
    }

    /** What binds Carol from now on. */
    public void carolMay(PolicySet policies) {
        carolsPolicies = policies;
    }

    public Transactions transactions() {
        return transactions(sessions, () -> failing);
    }

    /** Transactions of {@code sessions}; those that wrote something fail to commit while {@code failing} says so. */
    public static Transactions transactions(SessionFactory sessions, BooleanSupplier failing) {
        return new Transactions() {
            @Override
            public <T> T call(Function<StatelessSession, T> work) {
                try (var session = sessions.openStatelessSession()) {
                    var transaction = session.beginTransaction();
                    try {
                        var result = work.apply(session);
                        if (failing.getAsBoolean() && hasWritten(session)) {
                            throw new IllegalStateException("the test wants this commit to fail");
                        }
                        transaction.commit();
                        return result;
                    } finally {
                        if (transaction.isActive()) {
                            transaction.rollback();
                        }
                    }
                }
            }
        };
    }

    /** Only a transaction that wrote something has an id. */
    private static boolean hasWritten(StatelessSession session) {
        return session.createNativeQuery("select pg_current_xact_id_if_assigned() is not null", Boolean.class)
                .getSingleResult();
    }

    /** From now on no transaction that wrote something commits, as if the process died before. */
    public void failCommits(boolean fail) {
        failing = fail;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    public Store store() {
        return store;
    }

    public BlobStore blobs() {
        return store.bytes();
    }

    /** A collector for which everything is old enough. */
    public BlobCollector collector() {
        return new BlobCollector(
                store.transactions(), store.blobs(), store.bytes(), store.clock(), Duration.ofSeconds(-60));
    }

    /** How many blobs have bytes. */
    public int blobCount() throws IOException {
        var count = new int[1];
        blobs().scan(Clock.systemUTC().instant().plusSeconds(60), blob -> count[0]++);
        return count[0];
    }

    public S3Client client(String accessKey, String secret) {
        return client(endpoint(), accessKey, secret);
    }

    /** A client of any Walrus. */
    public static S3Client client(URI endpoint, String accessKey, String secret) {
        return clientBuilder(endpoint, accessKey, secret).build();
    }

    /** The beginnings of a client of any Walrus. */
    public static S3ClientBuilder clientBuilder(URI endpoint, String accessKey, String secret) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                // The JDK's HTTP client cannot read an answer that comes in place of "100 Continue".
                .serviceConfiguration(c -> c.expectContinueEnabled(false))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secret)))
                .httpClientBuilder(UrlConnectionHttpClient.builder());
    }

    public S3Client alice() {
        return client(ALICE, SECRET);
    }

    @Override
    public void close() throws IOException {
        server.close();
        vertx.close();
        sessions.close();
        postgres.close();
    }
}
