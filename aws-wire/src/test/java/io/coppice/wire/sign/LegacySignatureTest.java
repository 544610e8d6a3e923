package io.coppice.wire.sign;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * If this failed, euca2ools and boto 2 could not log in, or a stranger could with a made-up request. The signatures were
 * computed by hand-written Python with hmac and base64 over the documented text.
 */
class LegacySignatureTest {
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-01-02T03:10:00Z"), ZoneOffset.UTC);
    private static final String COMMON = "AWSAccessKeyId=AKIAEXAMPLE&Action=DescribeInstances&Filter.1.Name=tag%3AName"
            + "&Filter.1.Value.1=a+b*~&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2026-01-02T03%3A04%3A05Z"
            + "&Version=2014-10-01";
    private static final String SIGNED_256 = "wNV6qdnMJbKXigt5QxeKTQpOeFd5uyuHUSrilBFTkZQ%3D";
    private static final String SIGNED_1 = "UFW7USJd%2F1rjV1vs6Hrj93%2Fgjiw%3D";
    private static final String VERSION_1 = "CpdI5RkazUjTNQpB%2FI0%2FZdkiwTI%3D";

    @Test
    void version2IsVerifiedInTheQueryAndInTheBody() {
        assertDoesNotThrow(() -> verify(request("GET", COMMON + "&Signature=" + SIGNED_256), ""));
        var sha1 = COMMON.replace("HmacSHA256", "HmacSHA1") + "&Signature=" + SIGNED_1;
        assertDoesNotThrow(() -> verify(request("GET", sha1), ""));
        assertEquals("AuthFailure", code(request("POST", ""), COMMON + "&Signature=" + SIGNED_256));
    }

    @Test
    void version1IsVerified() {
        var text = "AWSAccessKeyId=AKIAEXAMPLE&Action=DescribeRegions&SignatureVersion=1"
                + "&Timestamp=2026-01-02T03%3A04%3A05&Signature=" + VERSION_1;
        var signature = LegacySignature.of(request("GET", text), "").orElseThrow();
        assertEquals(1, signature.version(SignatureDialect.EC2));
        assertDoesNotThrow(() -> signature.verify(SignatureDialect.EC2, LegacyKey.of(SECRET), NOW));
    }

    @ParameterizedTest
    @CsvSource({
        "Name=tag%3AName, Name=tag%3AOther, AuthFailure",
        "SignatureVersion=2, SignatureVersion=3, IncompleteSignature",
        "SignatureMethod=HmacSHA256, SignatureMethod=HmacMD5, IncompleteSignature",
        "&SignatureMethod=HmacSHA256, '', IncompleteSignature",
        "Timestamp=2026-01-02T03, Timestamp=2026-01-02T02, RequestExpired",
        "Timestamp=2026-01-02T03, Timestamp=2026-01-02T04, RequestExpired",
        "Timestamp=2026-01-02T03%3A04%3A05Z, Timestamp=yesterday, IncompleteSignature",
        "Timestamp=2026-01-02T03%3A04%3A05Z, Expires=2026-01-02T03%3A04%3A05Z, RequestExpired",
    })
    void aChangedRequestIsRefused(String part, String replacement, String code) {
        var text = COMMON.replace(part, replacement) + "&Signature=" + SIGNED_256;
        assertEquals(code, code(request("GET", text), ""));
    }

    @Test
    void otherRequestsHaveNoSuchSignature() {
        assertTrue(
                LegacySignature.of(request("GET", "Action=DescribeRegions"), "").isEmpty());
        assertTrue(LegacySignature.of(request("GET", "AWSAccessKeyId=%zz"), "").isEmpty());
        assertTrue(LegacyKey.of(SECRET).toString().indexOf(SECRET) < 0);
    }

    private static String code(SignableRequest request, String form) {
        return assertThrows(AwsException.class, () -> verify(request, form)).code();
    }

    private static void verify(SignableRequest request, String form) {
        var signature = LegacySignature.of(request, form).orElseThrow();
        assertEquals("AKIAEXAMPLE", signature.accessKeyId());
        signature.verify(SignatureDialect.EC2, LegacyKey.of(SECRET), NOW);
    }

    private static SignableRequest request(String method, String query) {
        return new SignableRequest(
                method, "/services/Eucalyptus", query, Map.of("host", List.of("Cloud.Example:8773")));
    }
}
