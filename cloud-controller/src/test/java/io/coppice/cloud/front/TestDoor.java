package io.coppice.cloud.front;

import io.coppice.cloud.access.Authorizer;
import io.coppice.cloud.access.TestAccess;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.TestIdentity;
import io.coppice.foundation.rpc.Address;
import io.coppice.wire.error.RefusalLog;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesResponse;

/** The users' door on a free port, with IAM, STS, a few EC2 actions and whatever object store a test brings: a fixture. */
public final class TestDoor implements AutoCloseable {
    static final FrontConfig CONFIG = new FrontConfig() {
        @Override
        public int maxQueryBodyBytes() {
            return 100_000;
        }

        @Override
        public int maxParameters() {
            return 1_000;
        }

        @Override
        public int maxConcurrentRequests() {
            return 64;
        }

        @Override
        public int s3Connections() {
            return 8;
        }

        @Override
        public int s3Waiting() {
            return 64;
        }

        @Override
        public Duration s3IdleTimeout() {
            return Duration.ofSeconds(60);
        }

        @Override
        public int loggedRefusalsPerMinute() {
            return 1_000;
        }
    };

    /** How often StopInstances was really carried out. */
    final AtomicInteger stops = new AtomicInteger();

    /** What the log says of refused requests. */
    final List<String> refusals = new CopyOnWriteArrayList<>();

    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
    private final S3Passage passage;
    private final HttpServer server;

    /** Opens it for everybody. */
    public TestDoor(TestIdentity identity, Clock clock, Address objectStore) throws Exception {
        this(identity, clock, objectStore, TestAccess.everything());
    }

    /** Opens it for those whom this lets in. */
    public TestDoor(TestIdentity identity, Clock clock, Address objectStore, Authorizer authorizer) throws Exception {
        var modules = new ArrayList<>(identity.modules());
        modules.add(this::registerEc2);
        var authenticator = new Authenticator(identity.keys(), clock);
        var dispatcher = new QueryDispatcher(
                Actions.of(modules),
                new QueryDispatcher.Checks(authenticator, identity.delegation(), authorizer),
                new RefusalLog(refusals::add, CONFIG.loggedRefusalsPerMinute(), clock),
                CONFIG);
        passage = new S3Passage(vertx, objectStore, identity.originKey(), CONFIG);
        var quotas = new ServiceQuotasApi(authenticator, authorizer, identity.rows(), any -> 100, "us-east-1");
        var router = Router.router(vertx);
        router.get("/q/health").handler(routing -> routing.end("UP"));
        new FrontDoor(dispatcher, passage, quotas, handlers, CONFIG).mountOn(router);
        server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(router)
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    /** Where it is. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    private void registerEc2(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "DescribeRegions",
                DescribeRegionsRequest::builder,
                (RequestContext context, DescribeRegionsRequest request) -> DescribeRegionsResponse.builder()
                        .regions(region -> region.regionName("us-east-1")
                                .endpoint(context.endpoint().getAuthority()))
                        .build());
        registry.add(
                Service.EC2,
                "DescribeVolumes",
                DescribeVolumesRequest::builder,
                (RequestContext context, DescribeVolumesRequest request) ->
                        DescribeVolumesResponse.builder().build());
        registry.add(
                Service.EC2,
                "StopInstances",
                StopInstancesRequest::builder,
                (RequestContext context, StopInstancesRequest request) -> {
                    stops.incrementAndGet();
                    return StopInstancesResponse.builder().build();
                });
        registry.add(
                Service.EC2,
                "DescribeVpcs",
                DescribeVpcsRequest::builder,
                (RequestContext context, DescribeVpcsRequest request) -> broken(request));
    }

    private static DescribeVpcsResponse broken(DescribeVpcsRequest request) {
        if (request.vpcIds().contains("vpc-database")) {
            throw new IllegalStateException(
                    "no rows", new SQLTransientConnectionException("connection refused", "08001"));
        }
        throw new IllegalStateException("a fault of ours: secret detail");
    }

    @Override
    public void close() throws Exception {
        passage.close();
        server.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        handlers.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
