package io.coppice.walrus.fault;

import io.coppice.walrus.WalrusFixture;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SigV4;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Makes requests that are nearly right. Stateless: all chance comes from the caller's random numbers. */
final class S3Mutation {
    private static final List<String> METHODS = List.of("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH");
    private static final List<String> SUBRESOURCES = List.of(
            "acl",
            "tagging",
            "versioning",
            "policy",
            "policyStatus",
            "lifecycle",
            "cors",
            "uploads",
            "versions",
            "location",
            "delete",
            "retention",
            "legal-hold",
            "object-lock",
            "attributes",
            "encryption",
            "website",
            "logging",
            "notification",
            "replication",
            "publicAccessBlock",
            "ownershipControls",
            "requestPayment",
            "torrent",
            "restore",
            "select",
            "inventory",
            "metrics",
            "accelerate",
            "analytics",
            "intelligent-tiering");
    private static final List<String> PARAMETERS = List.of(
            "uploadId",
            "partNumber",
            "versionId",
            "list-type",
            "max-keys",
            "prefix",
            "delimiter",
            "marker",
            "continuation-token",
            "start-after",
            "encoding-type",
            "key-marker",
            "version-id-marker",
            "max-uploads",
            "upload-id-marker",
            "max-parts",
            "part-number-marker",
            "response-content-type",
            "response-expires",
            "X-Amz-Signature",
            "X-Amz-Date",
            "X-Amz-Expires",
            "AWSAccessKeyId",
            "Expires",
            "fetch-owner");
    private static final List<String> HEADERS = List.of(
            "range",
            "if-match",
            "if-none-match",
            "if-modified-since",
            "if-unmodified-since",
            "content-md5",
            "content-type",
            "content-encoding",
            "x-amz-acl",
            "x-amz-grant-read",
            "x-amz-tagging",
            "x-amz-copy-source",
            "x-amz-copy-source-range",
            "x-amz-metadata-directive",
            "x-amz-checksum-crc32",
            "x-amz-checksum-sha256",
            "x-amz-checksum-crc64nvme",
            "x-amz-checksum-algorithm",
            "x-amz-checksum-mode",
            "x-amz-sdk-checksum-algorithm",
            "x-amz-server-side-encryption",
            "x-amz-object-attributes",
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-server-side-encryption-customer-key",
            "x-amz-object-lock-mode",
            "x-amz-object-lock-retain-until-date",
            "x-amz-object-lock-legal-hold",
            "x-amz-storage-class",
            "x-amz-meta-note",
            "x-amz-expected-bucket-owner",
            "x-amz-mp-object-size",
            "x-amz-website-redirect-location",
            "x-amz-decoded-content-length",
            "x-amz-trailer",
            "origin",
            "access-control-request-method",
            "expect",
            "transfer-encoding",
            "x-amz-security-token",
            "cache-control");
    private static final List<String> VALUES = List.of(
            "",
            "0",
            "1",
            "-1",
            "1000",
            "10001",
            "2147483648",
            "9223372036854775808",
            "null",
            "true",
            "*",
            "\"x\"",
            "bytes=0-1",
            "bytes=5-2",
            "bytes=-0",
            "bytes=99999999999999999999-",
            "mutants/small",
            "/mutants/large",
            "mutants",
            "%2Fmutants%2Fsmall?versionId=null",
            "100-continue",
            "chunked",
            "AES256",
            "aws:kms",
            "GOVERNANCE",
            "COMPLIANCE",
            "ON",
            "REPLACE",
            "COPY",
            "CRC32",
            "SHA256",
            "COMPOSITE",
            "FULL_OBJECT",
            "private",
            "public-read",
            "id=\"x\"",
            "a=b&c=d",
            "a=b&a=b",
            "%",
            "%zz",
            "%00",
            "%ff%fe",
            "Ã¼",
            "\u0001",
            "Mon, 32 Foo 2020 99:99:99 GMT",
            "Mon, 01 Jan 2035 00:00:00 GMT",
            "2035-01-01T00:00:00Z",
            "AAAAAA==",
            "STANDARD",
            "FROZEN",
            "x-amz-checksum-crc32",
            "ETag,ObjectSize",
            "url",
            "/",
            "..",
            "a".repeat(2000));
    private static final List<String> PATHS = List.of(
            "/",
            "/mutants",
            "/mutants/",
            "/mutants/small",
            "/mutants/large",
            "/mutants/new",
            "/absent",
            "/absent/key",
            "/mutants//",
            "/mutants/..",
            "/mutants/%2e%2e/x",
            "/mutants/%",
            "/mutants/%zz",
            "/mutants/%00",
            "/mutants/%ff",
            "/Mu_tants/x",
            "/m",
            "/_coppice/x",
            "/mutants/" + "k".repeat(1025),
            "//",
            "/mutants/a+b%20c");
    private static final List<String> BODIES = List.of(
            "",
            "some bytes",
            "<Delete><Object><Key>small</Key></Object><Quiet>true</Quiet></Delete>",
            "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
            "<CreateBucketConfiguration><LocationConstraint>us-east-1</LocationConstraint></CreateBucketConfiguration>",
            "<AccessControlPolicy><Owner><ID>a</ID></Owner><AccessControlList><Grant><Grantee"
                    + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>b</ID>"
                    + "</Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>",
            "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix>p</Prefix></Filter>"
                    + "<Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>",
            "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
                    + "</CORSConfiguration>",
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>",
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
            "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2035-01-01T00:00:00Z</RetainUntilDate></Retention>",
            "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>",
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":"
                    + "\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::mutants/*\"}]}",
            "<!DOCTYPE x [<!ENTITY e \"v\">]><Delete><Object><Key>&e;</Key></Object></Delete>");

    private final Random random;
    private final Map<String, String> query = new TreeMap<>();
    private final Map<String, String> headers = new TreeMap<>();

    private S3Mutation(Random random) {
        this.random = random;
    }

    /** One request as it goes over the wire, each character a byte; {@code host} is where it goes. */
    static String next(Random random, String host) {
        return new S3Mutation(random).make(host);
    }

    private String make(String host) {
        var method = one(METHODS);
        var path = one(PATHS);
        if (chance(60)) {
            query.put(one(SUBRESOURCES), chance(80) ? "" : one(VALUES));
        }
        while (chance(35)) {
            query.put(one(PARAMETERS), one(VALUES));
        }
        while (chance(45)) {
            headers.put(one(HEADERS), one(VALUES));
        }
        var body = chance(30) ? damaged(one(BODIES)) : one(BODIES);
        var declared = chance(97) ? body.length() : body.length() + random.nextInt(20);
        headers.put("content-length", chance(98) ? Integer.toString(declared) : one(VALUES));
        headers.put("host", host);
        headers.put("connection", "close");
        var asked = query.entrySet().stream()
                .map(each -> encoded(each.getKey()) + "=" + (chance(90) ? encoded(each.getValue()) : each.getValue()))
                .collect(Collectors.joining("&"));
        if (chance(90)) {
            sign(method, path, asked, body);
        }
        if (chance(10)) {
            headers.put(one(HEADERS), one(VALUES));
        }
        return method + " " + path + (asked.isEmpty() ? "" : "?" + asked) + " HTTP/1.1\r\n"
                + headers.entrySet().stream()
                        .map(each -> each.getKey() + ": " + each.getValue() + "\r\n")
                        .collect(Collectors.joining())
                + "\r\n" + body;
    }

    private void sign(String method, String path, String asked, String body) {
        var now = Instant.now();
        var time = SigV4.timestamp(now);
        var scope = new CredentialScope(time.substring(0, 8), "us-east-1", "s3");
        headers.put("x-amz-date", time);
        headers.put(
                "x-amz-content-sha256",
                chance(60)
                        ? SigV4.UNSIGNED_PAYLOAD
                        : chance(60)
                                ? SigV4.sha256Hex(body.getBytes(StandardCharsets.ISO_8859_1))
                                : chance(50)
                                        ? "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
                                        : "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        var signed = headers.keySet().stream()
                .filter(name -> name.equals("host") || name.startsWith("x-amz-"))
                .toList();
        var canonical = method + "\n" + path + "\n" + sorted(asked) + "\n"
                + signed.stream()
                        .map(name -> name + ":"
                                + headers.getOrDefault(name, "").strip().replaceAll(" +", " ") + "\n")
                        .collect(Collectors.joining())
                + "\n" + String.join(";", signed) + "\n" + headers.get("x-amz-content-sha256");
        var signature = SigV4.signingKey(WalrusFixture.SECRET, scope.date(), scope.region(), scope.service())
                .sign(SigV4.stringToSign(now, scope, canonical));
        headers.put(
                "authorization",
                SigV4.ALGORITHM + " Credential=" + WalrusFixture.ALICE + "/" + scope.text() + ", SignedHeaders="
                        + String.join(";", signed) + ", Signature=" + signature);
    }

    private static String sorted(String asked) {
        return Arrays.stream(asked.split("&")).sorted().collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }

    /** Cut, doubled, or with some other character in it. */
    private String damaged(String text) {
        if (text.isEmpty()) {
            return "<";
        }
        var at = random.nextInt(text.length());
        return switch (random.nextInt(4)) {
            case 0 -> text.substring(0, at);
            case 1 -> text + text;
            case 2 -> text.substring(0, at) + (char) random.nextInt(256) + text.substring(at + 1);
            default -> text.substring(0, at) + "<x>" + text.substring(at);
        };
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
