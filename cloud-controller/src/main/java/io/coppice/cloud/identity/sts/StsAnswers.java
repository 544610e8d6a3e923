package io.coppice.cloud.identity.sts;

import io.coppice.cloud.identity.session.TemporaryCredentials;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Parts that several answers of STS have. */
final class StsAnswers {
    private StsAnswers() {}

    static Credentials credentials(TemporaryCredentials credentials) {
        return Credentials.builder()
                .accessKeyId(credentials.accessKeyId())
                .secretAccessKey(credentials.secretAccessKey())
                .sessionToken(credentials.sessionToken())
                .expiration(credentials.expiresAt())
                .build();
    }

    /** Only told where policies or tags were passed. */
    static @Nullable Integer packedSize(TemporaryCredentials credentials) {
        return credentials.packedPercent() == 0 ? null : credentials.packedPercent();
    }
}
