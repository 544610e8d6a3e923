package io.coppice.walrus.image;

import io.coppice.foundation.id.ImageId;
import io.coppice.foundation.pki.Pem;
import io.coppice.proto.walrus.v1.CreateDownloadUrlRequest;
import io.coppice.proto.walrus.v1.CreateDownloadUrlResponse;
import io.coppice.proto.walrus.v1.ImageStoreGrpc;
import io.coppice.proto.walrus.v1.InspectRequest;
import io.coppice.proto.walrus.v1.InspectResponse;
import io.coppice.proto.walrus.v1.PinRequest;
import io.coppice.proto.walrus.v1.PinResponse;
import io.coppice.proto.walrus.v1.UnpinRequest;
import io.coppice.proto.walrus.v1.UnpinResponse;
import io.coppice.walrus.bundle.BundleException;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jboss.logging.Logger;

/** The gRPC door for images. Thread-safe. */
public final class ImageStoreService extends ImageStoreGrpc.ImageStoreImplBase {
    private static final Logger LOG = Logger.getLogger(ImageStoreService.class);
    private static final int MIN_SECONDS = 60;
    private static final int MAX_SECONDS = 86_400;

    private final Images images;
    private final DownloadUrls urls;
    private final String baseUrl;

    /** Answers from {@code images}; URLs begin with {@code baseUrl}, scheme and authority. */
    public ImageStoreService(Images images, DownloadUrls urls, String baseUrl) {
        this.images = images;
        this.urls = urls;
        this.baseUrl = baseUrl;
    }

    @Override
    public void inspect(InspectRequest request, StreamObserver<InspectResponse> answer) {
        answer(answer, () -> {
            var inspected = images.inspect(new Images.Source(
                    request.getAccountId(),
                    request.getSystem(),
                    request.getBucket(),
                    request.getKey(),
                    certificates(request.getSigningCertificatesList())));
            return InspectResponse.newBuilder()
                    .setFormat(inspected.image().format())
                    .setSizeBytes(inspected.sizeBytes())
                    .setVirtualSizeBytes(inspected.image().virtualSizeBytes())
                    .setEtag(inspected.etag())
                    .build();
        });
    }

    @Override
    public void pin(PinRequest request, StreamObserver<PinResponse> answer) {
        answer(answer, () -> {
            var id = new ImageId(request.getImageId()).value();
            var facts = request.getSourceImageId().isEmpty()
                    ? images.pin(
                            new Images.Source(
                                    request.getAccountId(),
                                    request.getSystem(),
                                    request.getBucket(),
                                    request.getKey(),
                                    certificates(request.getSigningCertificatesList())),
                            id)
                    : images.pinAgain(new ImageId(request.getSourceImageId()).value(), id);
            return PinResponse.newBuilder()
                    .setSha256(facts.sha256())
                    .setSizeBytes(facts.sizeBytes())
                    .setVirtualSizeBytes(facts.virtualSizeBytes())
                    .setFormat(facts.format())
                    .build();
        });
    }

    @Override
    public void unpin(UnpinRequest request, StreamObserver<UnpinResponse> answer) {
        answer(answer, () -> {
            images.unpin(new ImageId(request.getImageId()).value());
            return UnpinResponse.getDefaultInstance();
        });
    }

    @Override
    public void createDownloadUrl(CreateDownloadUrlRequest request, StreamObserver<CreateDownloadUrlResponse> answer) {
        answer(answer, () -> {
            var imageId = new ImageId(request.getImageId()).value();
            var seconds = request.getValidSeconds();
            if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
                throw new IllegalArgumentException("valid_seconds must be 60 to 86,400, not " + seconds);
            }
            if (images.pinned(imageId).isEmpty()) {
                throw Status.NOT_FOUND
                        .withDescription("no image " + imageId + " is pinned")
                        .asRuntimeException();
            }
            var grant = urls.grant(imageId, Duration.ofSeconds(seconds));
            return CreateDownloadUrlResponse.newBuilder()
                    .setUrl(baseUrl + grant.pathAndQuery())
                    .setExpiresAtMillis(grant.expiresAt().toEpochMilli())
                    .build();
        });
    }

    private static List<X509Certificate> certificates(List<String> pem) throws IOException {
        var certificates = new ArrayList<X509Certificate>();
        for (var each : pem) {
            certificates.addAll(Pem.decodeCertificates(each));
        }
        return certificates;
    }

    /** The boundary: what a call throws becomes its status. */
    private static <A> void answer(StreamObserver<A> observer, Callable<A> work) {
        A result;
        try {
            result = work.call();
        } catch (Exception e) {
            observer.onError(status(e).asRuntimeException());
            return;
        }
        observer.onNext(result);
        observer.onCompleted();
    }

    private static Status status(Exception failure) {
        return switch (failure) {
            case io.grpc.StatusRuntimeException told -> told.getStatus();
            case Images.NotFoundException e -> Status.NOT_FOUND.withDescription(e.getMessage());
            case Images.DeniedException e -> Status.PERMISSION_DENIED.withDescription(e.getMessage());
            case BundleException e -> Status.FAILED_PRECONDITION.withDescription(e.getMessage());
            case NotAnImageException e -> Status.FAILED_PRECONDITION.withDescription(e.getMessage());
            case IllegalArgumentException e -> Status.INVALID_ARGUMENT.withDescription(e.getMessage());
            case IOException e -> {
                LOG.error("an image could not be read", e);
                yield Status.UNAVAILABLE.withDescription("the image store cannot read its files: " + e.getMessage());
            }
            default -> {
                LOG.error("a call of the image store failed", failure);
                yield Status.INTERNAL.withDescription("the image store failed: see its log");
            }
        };
    }
}
