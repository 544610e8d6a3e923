package io.coppice.cloud.image;

import io.coppice.proto.walrus.v1.CreateDownloadUrlRequest;
import io.coppice.proto.walrus.v1.CreateDownloadUrlResponse;
import io.coppice.proto.walrus.v1.ImageStoreGrpc;
import io.coppice.proto.walrus.v1.InspectRequest;
import io.coppice.proto.walrus.v1.InspectResponse;
import io.coppice.proto.walrus.v1.PinRequest;
import io.coppice.proto.walrus.v1.PinResponse;
import io.coppice.proto.walrus.v1.UnpinRequest;
import io.coppice.proto.walrus.v1.UnpinResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** Walrus's gRPC door with a few objects behind it, as a test fixture. Thread-safe. */
final class FakeWalrus extends ImageStoreGrpc.ImageStoreImplBase {
    static final String SHA256 = "ab".repeat(32);

    /** Location to the status that using it has; OK for an image. */
    final Map<String, Status> objects = new ConcurrentHashMap<>();

    final Set<String> pinned = ConcurrentHashMap.newKeySet();
    /** By the image that was pinned: the one it was a copy of. */
    final Map<String, String> sources = new ConcurrentHashMap<>();

    volatile Status pinStatus = Status.OK;
    /** Released with every pin that was refused, so that a test can wait for one. */
    final Semaphore refusedPins = new Semaphore(0);

    private Status at(String bucket, String key) {
        return objects.getOrDefault(bucket + "/" + key, Status.NOT_FOUND.withDescription("no such key"));
    }

    private static <A> void answer(StreamObserver<A> to, Status status, A answer) {
        if (!status.isOk()) {
            to.onError(status.asRuntimeException());
            return;
        }
        to.onNext(answer);
        to.onCompleted();
    }

    @Override
    public void inspect(InspectRequest request, StreamObserver<InspectResponse> to) {
        answer(to, at(request.getBucket(), request.getKey()), InspectResponse.getDefaultInstance());
    }

    @Override
    public void pin(PinRequest request, StreamObserver<PinResponse> to) {
        if (pinStatus.isOk()) {
            pinned.add(request.getImageId());
            sources.put(request.getImageId(), request.getSourceImageId());
        } else {
            refusedPins.release();
        }
        answer(
                to,
                pinStatus,
                PinResponse.newBuilder()
                        .setSha256(SHA256)
                        .setSizeBytes(1000)
                        .setVirtualSizeBytes((1L << 30) + 1)
                        .setFormat("qcow2")
                        .build());
    }

    @Override
    public void unpin(UnpinRequest request, StreamObserver<UnpinResponse> to) {
        pinned.remove(request.getImageId());
        answer(to, Status.OK, UnpinResponse.getDefaultInstance());
    }

    @Override
    public void createDownloadUrl(CreateDownloadUrlRequest request, StreamObserver<CreateDownloadUrlResponse> to) {
        var status = pinned.contains(request.getImageId()) ? Status.OK : Status.NOT_FOUND;
        answer(
                to,
                status,
                CreateDownloadUrlResponse.newBuilder()
                        .setUrl("http://walrus/" + request.getImageId())
                        .build());
    }
}
