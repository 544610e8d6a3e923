package io.coppice.server.bench;

import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.RequestSignature;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SignableRequest;
import io.coppice.wire.sign.SignatureDialect;
import io.coppice.wire.sign.SignatureVerifier;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** What the server does to know who calls, alone and on one thread: the code of the users' door itself. */
final class SignatureCost {
    private static final String SECRET = "an example of a secret, not one";
    private static final String BODY =
            "Action=RunInstances&Version=2016-11-15&ImageId=ami-0123456789abcdef0&InstanceType=t1.micro&MinCount=1&MaxCount=1";
    private static final String SIGNED = "content-type;host;x-amz-date";
    private static final int WARM_UP = 30_000;
    private static final int ROUNDS = 9;
    private static final int CHECKS = 5_000;
    private static final double NANOS_PER_MICRO = 1e3;

    private SignatureCost() {}

    /** Microseconds of one check: reading the header, the key of the day, both hashes, the comparison. Median of rounds. */
    static double micros() {
        var body = BODY.getBytes(StandardCharsets.UTF_8);
        var request = signed(body);
        checks(WARM_UP, request, body);
        var rounds = new java.util.ArrayList<Double>();
        for (int round = 0; round < ROUNDS; round++) {
            var begun = System.nanoTime();
            checks(CHECKS, request, body);
            rounds.add((System.nanoTime() - begun) / NANOS_PER_MICRO / CHECKS);
        }
        return new Samples(rounds).median();
    }

    private static void checks(int count, SignableRequest request, byte[] body) {
        var verifier = new SignatureVerifier(SignatureDialect.EC2, Clock.systemUTC());
        for (int i = 0; i < count; i++) {
            var signature = RequestSignature.of(SignatureDialect.EC2, request).orElseThrow();
            var scope = signature.scope();
            var key = SigV4.signingKey(SECRET, scope.date(), scope.region(), scope.service());
            // Throws when the signature is wrong.
            verifier.verify(signature, request, SigV4.sha256Hex(body), key);
        }
    }

    private static SignableRequest signed(byte[] body) {
        var now = Instant.now();
        var time = SigV4.timestamp(now);
        var scope = new CredentialScope(time.substring(0, 8), "us-east-1", "ec2");
        var form = "application/x-www-form-urlencoded";
        var host = "127.0.0.1:8773";
        var canonical = "POST\n/\n\ncontent-type:" + form + "\nhost:" + host + "\nx-amz-date:" + time + "\n\n" + SIGNED
                + "\n" + SigV4.sha256Hex(body);
        var signature = SigV4.signingKey(SECRET, scope.date(), scope.region(), scope.service())
                .sign(SigV4.stringToSign(now, scope, canonical));
        var headers = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        headers.put("Host", List.of(host));
        headers.put("Content-Type", List.of(form));
        headers.put("X-Amz-Date", List.of(time));
        headers.put(
                "Authorization",
                List.of(SigV4.ALGORITHM + " Credential=AKIAEXAMPLE000000000/" + scope.text() + ", SignedHeaders="
                        + SIGNED + ", Signature=" + signature));
        return new SignableRequest("POST", "/", "", headers);
    }
}
