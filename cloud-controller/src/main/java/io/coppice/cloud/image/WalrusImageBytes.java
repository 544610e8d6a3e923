package io.coppice.cloud.image;

import io.coppice.cloud.image.ImageBytesException.Kind;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import io.coppice.proto.walrus.v1.CreateDownloadUrlRequest;
import io.coppice.proto.walrus.v1.ImageStoreGrpc;
import io.coppice.proto.walrus.v1.ImageStoreGrpc.ImageStoreBlockingStub;
import io.coppice.proto.walrus.v1.InspectRequest;
import io.coppice.proto.walrus.v1.PinRequest;
import io.coppice.proto.walrus.v1.UnpinRequest;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** Walrus by gRPC, with a deadline on every call. Thread-safe. */
final class WalrusImageBytes implements ImageBytes {
    private static final Duration SHORT = Duration.ofSeconds(5);

    private final Supplier<? extends Channel> channel;
    private final SystemAccount system;
    private final BundleSigners signers;

    /** Walrus at the other end of this channel, which is asked for with every call. */
    WalrusImageBytes(Supplier<? extends Channel> channel, SystemAccount system, BundleSigners signers) {
        this.channel = channel;
        this.system = system;
        this.signers = signers;
    }

    @Override
    public void inspect(AccountId account, String bucket, String key) {
        var request = InspectRequest.newBuilder()
                .setAccountId(account.value())
                .setSystem(account.equals(system.id()))
                .setBucket(bucket)
                .setKey(key)
                .addAllSigningCertificates(signers(account, key))
                .build();
        call(SHORT, walrus -> walrus.inspect(request));
    }

    @Override
    public Image.Content pin(AccountId account, Image.Description from, ImageId id, Duration atMost) {
        var request = PinRequest.newBuilder()
                .setAccountId(account.value())
                .setSystem(account.equals(system.id()))
                .setBucket(from.bucket())
                .setKey(from.key())
                .setImageId(id.value())
                .addAllSigningCertificates(signers(account, from.key()))
                .setSourceImageId(Objects.requireNonNullElse(from.sourceId(), ""))
                .build();
        var pinned = call(atMost, walrus -> walrus.pin(request));
        return new Image.Content(
                pinned.getSha256(), pinned.getSizeBytes(), pinned.getVirtualSizeBytes(), pinned.getFormat());
    }

    @Override
    public void unpin(ImageId id) {
        var request = UnpinRequest.newBuilder().setImageId(id.value()).build();
        call(SHORT, walrus -> walrus.unpin(request));
    }

    @Override
    public String downloadUrl(ImageId id, int validSeconds) {
        var request = CreateDownloadUrlRequest.newBuilder()
                .setImageId(id.value())
                .setValidSeconds(validSeconds)
                .build();
        return call(SHORT, walrus -> walrus.createDownloadUrl(request)).getUrl();
    }

    /** Only bundles are signed. */
    private List<String> signers(AccountId account, String key) {
        return key.endsWith(BundleSigners.MANIFEST) ? signers.of(account) : List.of();
    }

    private <A> A call(Duration atMost, Function<ImageStoreBlockingStub, A> call) {
        try {
            return call.apply(ImageStoreGrpc.newBlockingStub(channel.get())
                    .withDeadlineAfter(atMost.toMillis(), TimeUnit.MILLISECONDS));
        } catch (StatusRuntimeException e) {
            var reason = e.getStatus().getDescription();
            throw new ImageBytesException(
                    kind(e), reason == null ? e.getStatus().getCode().name() : reason, e);
        }
    }

    private static Kind kind(StatusRuntimeException e) {
        return switch (e.getStatus().getCode()) {
            case NOT_FOUND, PERMISSION_DENIED -> Kind.NOT_READABLE;
            case FAILED_PRECONDITION, INVALID_ARGUMENT, OUT_OF_RANGE, UNIMPLEMENTED -> Kind.NOT_AN_IMAGE;
            case OK,
                    CANCELLED,
                    UNKNOWN,
                    DEADLINE_EXCEEDED,
                    ALREADY_EXISTS,
                    RESOURCE_EXHAUSTED,
                    ABORTED,
                    INTERNAL,
                    UNAVAILABLE,
                    DATA_LOSS,
                    UNAUTHENTICATED -> Kind.AWAY;
        };
    }
}
