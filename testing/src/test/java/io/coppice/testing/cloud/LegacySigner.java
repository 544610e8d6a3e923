package io.coppice.testing.cloud;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs Query requests by Signature Version 2, as boto 2 and euca2ools do. */
record LegacySigner(URI endpoint, String accessKey, String secretKey) {
    /** The query of a GET on the root path. */
    String query(String algorithm, Map<String, String> parameters) {
        var all = new TreeMap<>(parameters);
        all.put("AWSAccessKeyId", accessKey);
        all.put("SignatureMethod", algorithm);
        all.put("SignatureVersion", "2");
        all.put("Timestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        var canonical = all.entrySet().stream()
                .map(each -> ApiUnderTest.encode(each.getKey()) + "=" + ApiUnderTest.encode(each.getValue()))
                .collect(Collectors.joining("&"));
        var text = "GET\n" + endpoint.getAuthority() + "\n/\n" + canonical;
        return canonical + "&Signature=" + ApiUnderTest.encode(hmac(algorithm, text));
    }

    private String hmac(String algorithm, String text) {
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secretKey.getBytes(StandardCharsets.UTF_8), algorithm));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
