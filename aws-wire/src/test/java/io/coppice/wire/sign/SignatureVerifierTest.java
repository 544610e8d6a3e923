package io.coppice.wire.sign;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.wire.error.AwsException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** If this failed, clients with the right key were refused, or clients with a wrong one were let in. */
class SignatureVerifierTest {
    private static final String ID = "AKIDEXAMPLE";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final String BODY = "Action=DescribeInstances&Version=2016-11-15";

    @Test
    void derivesTheKeyOfTheDocumentation() {
        var key = SigV4.signingKey(SECRET, "20120215", "us-east-1", "iam");
        assertEquals(
                "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d",
                HexFormat.of().formatHex(key.toBytes()));
        assertEquals("SigningKey[secret]", key.toString());
    }

    @Test
    void acceptsTheExampleOfTheSignatureTestSuite() {
        var request = new SignableRequest(
                "GET",
                "/",
                "",
                Map.of(
                        "Host",
                        List.of("example.amazonaws.com"),
                        "X-Amz-Date",
                        List.of("20150830T123600Z"),
                        "Authorization",
                        List.of("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                                + " SignedHeaders=host;x-amz-date,"
                                + " Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")));
        var clock = Clock.fixed(Instant.parse("2015-08-30T12:40:00Z"), ZoneOffset.UTC);
        assertDoesNotThrow(() -> check(SignatureDialect.EC2, request, SigV4.EMPTY_HASH, clock));
    }

    @Test
    void acceptsThePresignedExampleOfTheS3Documentation() {
        var query = "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        var request = new SignableRequest(
                "GET", "/test.txt", query, Map.of("host", List.of("examplebucket.s3.amazonaws.com")));
        var clock = Clock.fixed(Instant.parse("2013-05-24T12:00:00Z"), ZoneOffset.UTC);
        var signature = RequestSignature.of(SignatureDialect.S3, request).orElseThrow();
        var secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        var key = SigV4.signingKey(secret, "20130524", "us-east-1", "s3");
        var hash = SignatureVerifier.payloadHash(signature, request);
        assertDoesNotThrow(
                () -> new SignatureVerifier(SignatureDialect.S3, clock).verify(signature, request, hash, key));
        var tooLate = Clock.offset(clock, Duration.ofHours(13));
        var expired = assertThrows(AwsException.class, () -> new SignatureVerifier(SignatureDialect.S3, tooLate)
                .verify(signature, request, hash, key));
        assertEquals("AccessDenied", expired.code());
        assertEquals("Request has expired", expired.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec2", "127", "localhost"})
    void acceptsWhatTheSdkSignsForAQueryService(String service) {
        var request = signedBySdk("POST", "http://127.0.0.1:8773/services/compute", service, BODY);
        assertDoesNotThrow(() -> check(SignatureDialect.EC2, request, hash(BODY), CLOCK));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://h:9000/bucket/plain",
                "http://h:9000/bucket/a//b/../c",
                "http://h:9000/bucket/%C3%A4%20b%2Bc%2520?list-type=2&prefix=a%2Fb%20c&delimiter=%2F&empty=",
                "http://b.h/?acl",
                "http://h:9000/bucket/key?z=1&a=2&A=3&a=1"
            })
    void acceptsWhatTheSdkSignsForS3(String url) {
        var request = signedBySdk("PUT", url, "s3", "content");
        var signature = RequestSignature.of(SignatureDialect.S3, request).orElseThrow();
        assertDoesNotThrow(
                () -> check(SignatureDialect.S3, request, SignatureVerifier.payloadHash(signature, request), CLOCK));
    }

    @Test
    void acceptsItsOwnPresignedUrl() {
        var url = new SigV4Presigner(ID, SECRET, "us-east-1", CLOCK)
                .presignGet(URI.create("http://127.0.0.1:9000/images/a%20b.raw"), Duration.ofMinutes(5));
        var request = new SignableRequest(
                "GET", url.getRawPath(), url.getRawQuery(), Map.of("Host", List.of("127.0.0.1:9000")));
        assertDoesNotThrow(() -> check(SignatureDialect.S3, request, SigV4.UNSIGNED_PAYLOAD, CLOCK));
        var other = new SignableRequest(
                "GET", "/images/other", url.getRawQuery(), Map.of("Host", List.of("127.0.0.1:9000")));
        assertEquals("SignatureDoesNotMatch", refusal(SignatureDialect.S3, other, SigV4.UNSIGNED_PAYLOAD, CLOCK));
    }

    @ParameterizedTest
    @CsvSource({"EC2,AuthFailure", "QUERY,SignatureDoesNotMatch", "S3,SignatureDoesNotMatch"})
    void refusesAnotherBody(SignatureDialect dialect, String code) {
        var request = signedBySdk("POST", "http://127.0.0.1:8773/", "ec2", BODY);
        assertEquals(code, refusal(dialect, request, hash(BODY + "&DryRun=true"), CLOCK));
    }

    @ParameterizedTest
    @CsvSource({
        "EC2,16,RequestExpired",
        "EC2,-16,RequestExpired",
        "QUERY,16,SignatureDoesNotMatch",
        "S3,16,RequestTimeTooSkewed",
        "S3,-16,RequestTimeTooSkewed"
    })
    void refusesARequestFromAnotherTime(SignatureDialect dialect, int minutesLater, String code) {
        var request = signedBySdk("POST", "http://127.0.0.1:8773/", "ec2", BODY);
        assertEquals(
                code, refusal(dialect, request, hash(BODY), Clock.offset(CLOCK, Duration.ofMinutes(minutesLater))));
    }

    @Test
    void refusesAnAmazonHeaderThatIsNotSigned() {
        var request = signedBySdk("PUT", "http://h:9000/b/k", "s3", "content");
        var headers = new TreeMap<>(request.headers());
        headers.put("x-amz-acl", List.of("public-read"));
        var changed = new SignableRequest(request.method(), request.rawPath(), request.rawQuery(), headers);
        assertEquals("AccessDenied", refusal(SignatureDialect.S3, changed, hash("content"), CLOCK));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer x",
                "AWS4-HMAC-SHA256",
                "AWS4-HMAC-SHA256 Credential=A/20260102/r/s/aws4_request, SignedHeaders=host",
                "AWS4-HMAC-SHA256 Credential=A/20260102/r/s, SignedHeaders=host, Signature=0",
                "AWS4-HMAC-SHA256 Credential=A/20260103/r/s/aws4_request, SignedHeaders=host, Signature=0",
                "AWS4-HMAC-SHA256 Credential=A/20260102/r/s/aws4_request, SignedHeaders=x-amz-date, Signature=0"
            })
    void refusesAMalformedHeader(String authorization) {
        var request = new SignableRequest(
                "POST",
                "/",
                "",
                Map.of(
                        "authorization", List.of(authorization),
                        "host", List.of("h"),
                        "x-amz-date", List.of("20260102T030405Z")));
        var ec2 = assertThrows(AwsException.class, () -> RequestSignature.of(SignatureDialect.EC2, request));
        assertEquals("IncompleteSignature", ec2.code());
        var s3 = assertThrows(AwsException.class, () -> RequestSignature.of(SignatureDialect.S3, request));
        assertEquals("AuthorizationHeaderMalformed", s3.code());
    }

    @Test
    void anUnsignedRequestHasNoSignature() {
        var request = new SignableRequest("GET", "/", "Action=X", Map.of("host", List.of("h")));
        assertTrue(RequestSignature.of(SignatureDialect.EC2, request).isEmpty());
    }

    @Test
    void aBrokenEscapeIsRefusedAndNotAFault() {
        var request = signedBySdk("GET", "http://h:9000/b/k", "s3", "");
        var broken = new SignableRequest("GET", "/b/%zz", "", request.headers());
        assertEquals("SignatureDoesNotMatch", refusal(SignatureDialect.S3, broken, SigV4.EMPTY_HASH, CLOCK));
    }

    private static void check(SignatureDialect dialect, SignableRequest request, String payloadHash, Clock clock) {
        var signature = RequestSignature.of(dialect, request).orElseThrow();
        assertEquals(ID, signature.accessKeyId());
        var scope = signature.scope();
        var key = SigV4.signingKey(SECRET, scope.date(), scope.region(), scope.service());
        new SignatureVerifier(dialect, clock).verify(signature, request, payloadHash, key);
    }

    private static String refusal(SignatureDialect dialect, SignableRequest request, String hash, Clock clock) {
        return assertThrows(AwsException.class, () -> check(dialect, request, hash, clock))
                .code();
    }

    private static SignableRequest signedBySdk(String method, String url, String service, String body) {
        var uri = URI.create(url);
        var s3 = service.equals("s3");
        var unsigned = SdkHttpRequest.builder()
                .method(SdkHttpMethod.valueOf(method))
                .uri(uri)
                .build();
        var signed = AwsV4HttpSigner.create()
                .sign(builder -> builder.identity(AwsCredentialsIdentity.create(ID, SECRET))
                        .request(unsigned)
                        .payload(ContentStreamProvider.fromUtf8String(body))
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eucalyptus")
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, !s3)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, !s3)
                        .putProperty(HttpSigner.SIGNING_CLOCK, CLOCK));
        var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        var query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        var headers = new TreeMap<>(signed.request().headers());
        headers.put("x-amz-content-sha256", List.of(hash(body)));
        return new SignableRequest(
                method, path, query, s3 ? headers : Map.copyOf(signed.request().headers()));
    }

    private static String hash(String body) {
        return SigV4.sha256Hex(body.getBytes(StandardCharsets.UTF_8));
    }
}
