package io.coppice.server.cli;

import io.coppice.server.settings.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;

/** Unmodified AWS SDK clients for one cloud: an endpoint, a region and an access key, and nothing else of ours. */
public final class AwsClients {
    private final URI endpoint;
    private final Region region;
    private final StaticCredentialsProvider credentials;
    private final Optional<TrustManager[]> trust;

    /** Clients of that cloud's user. {@code authority} is trusted when the endpoint is HTTPS. */
    public AwsClients(Settings settings, Credentials credentials, Path authority) {
        this.endpoint = URI.create(settings.endpointUrl());
        this.region = Region.of(settings.value(Settings.REGION, "us-east-1"));
        this.credentials = StaticCredentialsProvider.create(
                AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey()));
        this.trust = settings.secure() ? Optional.of(TrustedAuthority.managers(authority)) : Optional.empty();
    }

    public Ec2Client ec2() {
        return configure(Ec2Client.builder()).httpClient(http()).build();
    }

    public StsClient sts() {
        return configure(StsClient.builder()).httpClient(http()).build();
    }

    public S3Client s3() {
        return configure(S3Client.builder())
                .httpClient(http())
                .forcePathStyle(true)
                .build();
    }

    private <B extends AwsClientBuilder<B, C>, C> B configure(B builder) {
        return builder.endpointOverride(endpoint).region(region).credentialsProvider(credentials);
    }

    private SdkHttpClient http() {
        var builder = UrlConnectionHttpClient.builder();
        trust.ifPresent(managers -> builder.tlsTrustManagersProvider(() -> managers));
        return builder.build();
    }
}
