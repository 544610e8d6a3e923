package io.coppice.walrus.image;

import io.coppice.walrus.http.S3Server;
import io.coppice.walrus.http.SegmentSender;
import io.coppice.walrus.metadata.PinnedImages;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.metadata.Transactions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/** Answers GET and HEAD of download URLs, with single ranges, and of the certificate for bundles. Thread-safe. */
public final class ImageDownloads implements S3Server.RawHandler {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");
    private static final String BUNDLE_CERTIFICATE = "/_coppice/bundle-certificate";
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final Transactions transactions;
    private final PinnedImages images;
    private final DownloadUrls urls;
    private final SegmentSender sender;
    private final String bundleCertificate;

    /**
     * Serves {@code images} to holders of what {@code urls} granted, and to everybody the certificate that bundles are
     * encrypted for.
     *
     * @param bundleCertificate PEM
     */
    public ImageDownloads(
            Transactions transactions,
            PinnedImages images,
            DownloadUrls urls,
            SegmentSender sender,
            String bundleCertificate) {
        this.transactions = transactions;
        this.images = images;
        this.urls = urls;
        this.sender = sender;
        this.bundleCertificate = bundleCertificate;
    }

    @Override
    public boolean handle(HttpServerRequest request) throws IOException {
        var path = request.path();
        if (BUNDLE_CERTIFICATE.equals(path)) {
            request.response()
                    .putHeader("Content-Type", "application/x-pem-file")
                    .end(bundleCertificate);
            return true;
        }
        if (path == null || !path.startsWith(DownloadUrls.PATH)) {
            return false;
        }
        var response = request.response();
        var imageId = path.substring(DownloadUrls.PATH.length());
        var expires = String.valueOf(request.getParam("expires"));
        var signature = String.valueOf(request.getParam("signature"));
        var reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        if (!reads || !urls.accepts(imageId, expires, signature)) {
            response.setStatusCode(FORBIDDEN).end("This URL is not valid, or no longer.\n");
            return true;
        }
        var segments = transactions.call(session -> images.segments(session, imageId));
        if (segments.isEmpty()) {
            response.setStatusCode(NOT_FOUND).end("There is no such image any more.\n");
            return true;
        }
        send(request, segments);
        return true;
    }

    private void send(HttpServerRequest request, List<Segment> segments) throws IOException {
        var size = segments.stream().mapToLong(Segment::sizeBytes).sum();
        var response = request.response();
        var first = 0L;
        var last = size - 1;
        var range = request.getHeader("Range");
        var match = range == null ? null : RANGE.matcher(range);
        if (match != null && match.matches()) {
            first = Long.parseLong(match.group(1));
            last = match.group(2).isEmpty() ? last : Math.min(last, Long.parseLong(match.group(2)));
            if (first > last) {
                response.putHeader("Content-Range", "bytes */" + size)
                        .setStatusCode(RANGE_NOT_SATISFIABLE)
                        .end();
                return;
            }
            response.putHeader("Content-Range", "bytes " + first + "-" + last + "/" + size);
            response.setStatusCode(PARTIAL);
        } else {
            response.setStatusCode(OK);
        }
        response.putHeader("Accept-Ranges", "bytes");
        response.putHeader("Content-Type", "application/octet-stream");
        response.putHeader("Content-Length", String.valueOf(last - first + 1));
        if (request.method() == HttpMethod.HEAD) {
            response.end();
        } else {
            sender.send(response, segments, first, last - first + 1);
        }
    }
}
