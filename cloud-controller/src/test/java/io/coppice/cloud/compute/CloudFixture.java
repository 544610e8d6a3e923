package io.coppice.cloud.compute;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.RecordingEventLog;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.image.Images;
import io.coppice.cloud.image.ImagesOnHosts;
import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.localdisk.LocalStorage;
import io.coppice.cloud.query.PageTokens;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.setting.TestSettings;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.tag.TestTags;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;

/** The instance actions on a real database with the other features faked, as a test fixture. */
final class CloudFixture {
    static final String IMAGE = "ami-00000000000000001";
    static final String IMAGE_OF_SNAPSHOTS = "ami-000000000000000ff";
    static final String ZONE = "us-east-1a";
    static final String REGION = "us-east-1";
    static final String CIDR = "172.31.0.0/16";
    static final LocalStorage STORAGE = new LocalStorage(1, 8, 256, false);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final RecordingEventLog events = new RecordingEventLog();
    final TestDatabase database;
    final ComputeActions actions;
    volatile Runnable signalled = () -> {};
    volatile boolean keyIsGone;
    volatile Optional<ZoneLink> link = Optional.empty();

    CloudFixture(TestDatabase database) {
        this(database, 1000, CIDR);
    }

    CloudFixture(TestDatabase database, int instanceLimit, String cidr) {
        this(database, new LaunchRoom(instanceLimit, 100_000, 1_000_000_000), cidr);
    }

    CloudFixture(TestDatabase database, LaunchRoom room, String cidr) {
        this(database, room, cidr, new AddressPool(cidr));
    }

    /** With a network for all in which instances get their addresses in another way. */
    CloudFixture(TestDatabase database, LaunchRoom room, String cidr, GuestAddresses addresses) {
        this.database = database;
        this.actions = new ComputeActions(
                database,
                new InstanceLauncher.Catalogue(
                        new OneImage(),
                        (account, name) -> {
                            if (!name.equals("dev") || keyIsGone) {
                                throw AwsException.client("InvalidKeyPair.NotFound", name);
                            }
                            return "ssh-ed25519 AAAA dev";
                        },
                        CloudFixture::type,
                        TestTags.in(database),
                        CloudFixture::names,
                        TestSettings.stored(),
                        new NoVolumes(),
                        new NoVolumes()),
                new Pages(new PageTokens(() -> new byte[32])),
                events,
                new ComputeActions.Wiring(room, REGION, LaunchZones.one(ZONE), Clock.systemUTC(), 1 << 20),
                new FlatNetwork(CloudFixture::names, addresses, ZONE),
                zone -> signalled.run(),
                zone -> link);
    }

    private static NetworkNames.DefaultNames names(AccountId account) {
        return new NetworkNames.DefaultNames(
                "vpc-00000000000000001", "subnet-00000000000000001", "sg-00000000000000001", "default");
    }

    static TestDatabase startDatabase() {
        return TestDatabase.start(Instance.class, Reservation.class, TestTags.ENTITY);
    }

    static void empty(TestDatabase database) {
        database.truncate(
                "instances",
                "reservations",
                "addresses",
                "hosts",
                "events",
                "event_cursors",
                "account_settings",
                "launch_usage");
    }

    private static InstanceTypes.Type type(String name) {
        return switch (name) {
            case "m1.small" -> new InstanceTypes.Type(name, 1, 256, 0, 1, 1, STORAGE);
            case "t3.micro" -> new InstanceTypes.Type(name, 2, 1024, 0);
            case "m5.large" -> new InstanceTypes.Type(name, 2, 8192, 0);
            default ->
                throw AwsException.client("InvalidParameterValue", "Invalid value '" + name + "' for InstanceType.");
        };
    }

    RunInstancesResponse run(int count) {
        return run(r -> r.minCount(count).maxCount(count));
    }

    RunInstancesResponse run(Consumer<RunInstancesRequest.Builder> changes) {
        var request = RunInstancesRequest.builder().imageId(IMAGE).minCount(1).maxCount(1);
        changes.accept(request);
        return actions.launcher().run(by("RunInstances"), request.build());
    }

    String runOne() {
        return run(1).instances().getFirst().instanceId();
    }

    List<software.amazon.awssdk.services.ec2.model.Instance> describe(
            Consumer<DescribeInstancesRequest.Builder> changes) {
        var request = DescribeInstancesRequest.builder();
        changes.accept(request);
        return actions.queries().instances(by("DescribeInstances"), request.build()).reservations().stream()
                .flatMap(r -> r.instances().stream())
                .toList();
    }

    String state(String id) {
        return describe(d -> d.instanceIds(id)).getFirst().state().nameAsString();
    }

    Instance row(String id) {
        return database.call(entities -> {
            var row = entities.find(Instance.class, id);
            Assertions.assertNotNull(row);
            return row;
        });
    }

    static RequestContext by(String action) {
        return TestRequests.by(TestRequests.ALICE, action);
    }

    /** Waits for something to become true; fails when it does not within a minute. */
    static void eventually(String what, BooleanSupplier condition) {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                Assertions.fail("not within " + PATIENCE.toSeconds() + " s: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(10).toNanos());
        }
    }

    /** One image that everybody may launch. */
    static final class OneImage implements Images, ImagesOnHosts {
        @Override
        public LaunchImage forLaunch(AccountId account, ImageId id) {
            if (id.value().equals(IMAGE_OF_SNAPSHOTS)) {
                var root = new DiskMapping("/dev/xvda", "snap-00000000000000001", 1, "gp2", null, true);
                return new LaunchImage(id, account, "", 0, 0, "", "x86_64", "/dev/xvda", List.of(root));
            }
            if (!id.value().equals(IMAGE)) {
                throw AwsException.client("InvalidAMIID.NotFound", "The image id '[" + id + "]' does not exist");
            }
            return new LaunchImage(
                    id,
                    account,
                    "ab".repeat(32),
                    18_000_000,
                    64L * 1024 * 1024,
                    "qcow2",
                    "x86_64",
                    "/dev/sda1",
                    List.of());
        }

        @Override
        public LaunchImage forReading(AccountId account, ImageId id) {
            return forLaunch(account, id);
        }

        @Override
        public Optional<LaunchImage> fetchable(ImageId id) {
            return id.value().equals(IMAGE)
                    ? Optional.of(forLaunch(new AccountId("123456789012"), id))
                    : Optional.empty();
        }

        @Override
        public Map<String, String> idsByHash(Collection<String> hashes) {
            return hashes.contains("ab".repeat(32)) ? Map.of("ab".repeat(32), IMAGE) : Map.of();
        }

        @Override
        public String downloadUrl(ImageId id, int validSeconds) {
            return "http://walrus.test/" + id;
        }
    }
}
