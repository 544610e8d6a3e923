package io.coppice.walrus.http;

import io.coppice.walrus.body.BodySource;
import io.coppice.walrus.body.BodyVerifier;
import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.form.FormReader;
import io.coppice.walrus.form.PostPolicy;
import io.coppice.walrus.identity.Identity;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.identity.SigningKeys;
import io.coppice.walrus.metadata.NewObject;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.walrus.tagging.Tags;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SignatureDialect;
import io.coppice.wire.sign.SignatureFault;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** PostObject: uploads by HTML forms, signed (either version) or not (S3 API Reference, "POST Object"). Thread-safe. */
final class PostForms {
    private static final int SEE_OTHER = 303;
    private static final int CREATED = 201;
    private static final int SCOPE_PARTS = 5;
    private static final String FORM = "multipart/form-data";

    private final Store store;
    private final Identity identity;
    private final Authorization authorization;
    private final Drafts drafts;
    private final ObjectWrites writes;
    private final long maxPutBytes;

    PostForms(
            Store store,
            Identity identity,
            Authorization authorization,
            Drafts drafts,
            ObjectWrites writes,
            long maxPutBytes) {
        this.store = store;
        this.identity = identity;
        this.authorization = authorization;
        this.drafts = drafts;
        this.writes = writes;
        this.maxPutBytes = maxPutBytes;
    }

    static boolean isForm(S3Request request) {
        return request.method().equals("POST")
                && request.header("content-type")
                        .filter(type -> type.toLowerCase(java.util.Locale.ROOT).startsWith(FORM))
                        .isPresent();
    }

    void post(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        var form = FormReader.of(
                exchange.incoming().begin(), request.header("content-type").orElse(""));
        var read = form.fields();
        var fields = new HashMap<>(read.values());
        fields.put("bucket", request.bucket());
        var key = Optional.ofNullable(fields.get("key"))
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> S3Errors.invalidArgument("Bucket POST must contain a field named 'key'."))
                .replace("${filename}", read.fileName());
        fields.put("key", key);
        var policy = Optional.ofNullable(fields.get("policy"));
        var caller = caller(fields);
        var parsed = policy.map(PostPolicy::parse);
        if (!caller.anonymous() && parsed.isEmpty()) {
            throw S3Errors.invalidArgument("Bucket POST must contain a field named 'policy'.");
        }
        parsed.ifPresent(each -> each.check(fields, store.clock().instant()));
        Optional.ofNullable(fields.get("tagging"))
                .flatMap(
                        xml -> Tags.text(Tags.ofXml(XmlElement.parse(xml.getBytes(StandardCharsets.UTF_8), "Tagging"))))
                .ifPresent(tags -> fields.put("x-amz-tagging", tags));
        Optional.ofNullable(fields.get("acl")).ifPresent(acl -> fields.put("x-amz-acl", acl));
        authorization.checkPost(request, caller, exchange.bucket(), key, Drafts.header(fields));
        var draft = drafts.of(Drafts.header(fields), ObjectHeaders.of(fields), caller, exchange.bucket());
        var stored = store(form, fields, draft, parsed);
        var algorithm = declared(fields).keySet().stream().findFirst();
        var object = ObjectWrites.object(draft, stored, algorithm);
        var acting = new S3Exchange(request, caller, exchange.found(), exchange.incoming(), exchange.response());
        var written = store.transactions().call(session -> {
            store.blobs().add(session, stored.blob());
            return writes.replace(acting, session, key, object);
        });
        answer(exchange, fields, key, object, written);
    }

    private IncomingBody.Stored store(
            BodySource file, Map<String, String> fields, Draft draft, Optional<PostPolicy> policy) throws IOException {
        var verifier = new BodyVerifier(new BodyVerifier.Expectations(
                -1,
                Optional.empty(),
                Optional.ofNullable(fields.get("content-md5")),
                declared(fields),
                Optional.empty(),
                Optional.empty()));
        var nonce = draft.key().map(each -> io.coppice.walrus.encryption.ObjectKey.newNonce());
        try (var plain = store.bytes().begin(-1);
                var writer = draft.key()
                        .map(each -> each.encrypting(plain, nonce.orElseThrow()))
                        .orElse(plain)) {
            var length = 0L;
            for (var bytes = file.next(); bytes != null; bytes = file.next()) {
                length += bytes.remaining();
                if (length > maxPutBytes
                        || policy.flatMap(PostPolicy::range).isPresent()
                                && length > policy.get().range().get().most()) {
                    throw S3Errors.entityTooLarge();
                }
                verifier.update(bytes);
                writer.write(bytes);
            }
            if (policy.isPresent()) {
                policy.get().checkSize(length);
            }
            var verified = verifier.finish(Map.of());
            return new IncomingBody.Stored(writer.commit(), verified, nonce);
        }
    }

    private static Map<ChecksumAlgorithm, String> declared(Map<String, String> fields) {
        var declared = new EnumMap<ChecksumAlgorithm, String>(ChecksumAlgorithm.class);
        for (var algorithm : ChecksumAlgorithm.values()) {
            var value = fields.get(algorithm.header());
            if (value != null) {
                if (!algorithm.isWellFormed(value)) {
                    throw S3Errors.invalidRequest("Value for " + algorithm.header() + " header is invalid.");
                }
                declared.put(algorithm, value);
            }
        }
        return declared;
    }

    private Principal caller(Map<String, String> fields) {
        var token = Optional.ofNullable(fields.get("x-amz-security-token"));
        var policy = Optional.ofNullable(fields.get("policy"));
        if (fields.containsKey("x-amz-algorithm") || fields.containsKey("x-amz-credential")) {
            return signedV4(fields, policy.orElseThrow(() -> missing("policy")), token);
        }
        var accessKeyId = Optional.ofNullable(fields.get("awsaccesskeyid"));
        if (accessKeyId.isEmpty()) {
            if (fields.containsKey("signature")) {
                throw missing("AWSAccessKeyId");
            }
            return Principal.ANONYMOUS;
        }
        var signature = Optional.ofNullable(fields.get("signature")).orElseThrow(() -> missing("signature"));
        var found = identity.legacy()
                .check(accessKeyId.get(), policy.orElseThrow(() -> missing("policy")), signature, token);
        return switch (found) {
            case SigningKeys.Known known -> known.principal();
            case SigningKeys.SignerKey signer -> signer.principal();
            case SigningKeys.Refusal refusal -> throw SignatureDialect.S3.error(refusal.fault(), "");
        };
    }

    private Principal signedV4(Map<String, String> fields, String policy, Optional<String> token) {
        var parts = fields.getOrDefault("x-amz-credential", "").split("/");
        if (parts.length < SCOPE_PARTS) {
            throw SignatureDialect.S3.error(
                    SignatureFault.MALFORMED_QUERY, "The field x-amz-credential does not have the documented form.");
        }
        var from = parts.length - SCOPE_PARTS;
        var accessKeyId = String.join("/", java.util.Arrays.copyOf(parts, from + 1));
        var scope = new CredentialScope(parts[from + 1], parts[from + 2], parts[from + 3]);
        return switch (identity.keys().find(accessKeyId, scope, token)) {
            case SigningKeys.SignerKey signer -> {
                var expected = signer.key().sign(policy).getBytes(StandardCharsets.UTF_8);
                var actual = fields.getOrDefault("x-amz-signature", "").getBytes(StandardCharsets.UTF_8);
                if (!MessageDigest.isEqual(expected, actual)) {
                    throw SignatureDialect.S3.error(SignatureFault.MISMATCH, "");
                }
                yield signer.principal();
            }
            case SigningKeys.Known known -> known.principal();
            case SigningKeys.Refusal refusal -> throw SignatureDialect.S3.error(refusal.fault(), "");
        };
    }

    private static AwsException missing(String field) {
        return S3Errors.invalidArgument("Bucket POST must contain a field named '" + field + "'.  If it is specified,"
                + " please check the order of the fields.");
    }

    private static void answer(
            S3Exchange exchange, Map<String, String> fields, String key, NewObject object, Versions.Written written) {
        ObjectWrites.describe(exchange, object.traits(), written);
        var etag = "\"" + object.etag() + "\"";
        exchange.header("ETag", etag);
        var bucket = exchange.request().bucket();
        var location = "/" + bucket + "/" + encoded(key);
        var redirect = Optional.ofNullable(fields.get("success_action_redirect"))
                .or(() -> Optional.ofNullable(fields.get("redirect")))
                .filter(PostForms::isAddress);
        if (redirect.isPresent()) {
            var mark = redirect.get().contains("?") ? "&" : "?";
            exchange.header(
                    "Location",
                    redirect.get() + mark + "bucket=" + encoded(bucket) + "&key=" + encoded(key) + "&etag="
                            + encoded(etag));
            exchange.response().setStatusCode(SEE_OTHER).end();
            return;
        }
        exchange.header("Location", location);
        switch (fields.getOrDefault("success_action_status", "")) {
            case "200" -> exchange.ok();
            case "201" -> {
                exchange.header("Content-Type", "application/xml");
                exchange.response()
                        .setStatusCode(CREATED)
                        .end(XmlWriter.plain("PostResponse")
                                .element("Location", location)
                                .element("Bucket", bucket)
                                .element("Key", key)
                                .element("ETag", etag)
                                .close("PostResponse")
                                .toString());
            }
            default -> exchange.noContent();
        }
    }

    private static boolean isAddress(String text) {
        try {
            var scheme = URI.create(text).getScheme();
            return "http".equals(scheme) || "https".equals(scheme);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }
}
