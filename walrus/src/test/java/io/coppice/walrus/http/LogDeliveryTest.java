package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.coppice.proto.walrus.v1.DeliverLogRequest;
import io.coppice.proto.walrus.v1.DeliverLogResponse;
import io.coppice.walrus.WalrusFixture;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, logs that the cloud keeps for an account would be lost, or land in a bucket of somebody else. */
class LogDeliveryTest {
    private static final String ALICES_ACCOUNT = "111111111111";

    @TempDir
    private Path folder;

    @Test
    void logsGoToBucketsOfTheirAccountOnly() throws Exception {
        try (var walrus = new WalrusFixture(folder);
                var alice = walrus.alice();
                var bob = walrus.client(WalrusFixture.BOB, WalrusFixture.SECRET)) {
            alice.createBucket(b -> b.bucket("logs"));
            bob.createBucket(b -> b.bucket("of-bob"));
            var service = new LogDeliveryService(
                    walrus.store(), WalrusFixture.identity().accounts());
            assertEquals(Status.Code.OK, outcome(service, request("logs", "first")));
            assertEquals(Status.Code.OK, outcome(service, request("logs", "second")));
            var object = alice.getObjectAsBytes(b -> b.bucket("logs").key("AWSLogs/a b.log.gz"));
            assertEquals("second", object.asUtf8String());
            assertEquals("application/x-gzip", object.response().contentType());
            assertEquals(Status.Code.NOT_FOUND, outcome(service, request("nowhere", "x")));
            assertEquals(Status.Code.PERMISSION_DENIED, outcome(service, request("of-bob", "x")));
            assertEquals(
                    Status.Code.INVALID_ARGUMENT,
                    outcome(service, request("logs", "x").setKey("")));
            assertEquals(0, bob.listObjectsV2(b -> b.bucket("of-bob")).keyCount());
        }
    }

    private static DeliverLogRequest.Builder request(String bucket, String content) {
        return DeliverLogRequest.newBuilder()
                .setAccountId(ALICES_ACCOUNT)
                .setBucket(bucket)
                .setKey("AWSLogs/a b.log.gz")
                .setContentType("application/x-gzip")
                .setContent(ByteString.copyFromUtf8(content));
    }

    private static Status.Code outcome(LogDeliveryService service, DeliverLogRequest.Builder request) throws Exception {
        var outcome = new CompletableFuture<Status.Code>();
        service.deliverLog(request.build(), new StreamObserver<>() {
            @Override
            public void onNext(DeliverLogResponse answer) {
                // What counts is how the call ends.
            }

            @Override
            public void onError(Throwable error) {
                outcome.complete(Status.fromThrowable(error).getCode());
            }

            @Override
            public void onCompleted() {
                outcome.complete(Status.Code.OK);
            }
        });
        return outcome.get();
    }
}
