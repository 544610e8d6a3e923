package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * If this failed, what an administrator writes into a user's policies would not bind that user at some door of a running
 * cloud: EC2, S3 or STS, by key or by session.
 */
@ExtendWith(ApiUnderTest.Resolver.class)
class StoredPoliciesTest {
    private static final String SMALL_ONLY = """
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
              {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:instance/*",
               "Condition": {"StringEquals": {"ec2:InstanceType": "m1.large"}}}]}""";

    private final ApiUnderTest api;
    private final String name = "policies-" + UUID.randomUUID().toString().substring(0, 8);
    private final IamClient iam;
    private AwsCredentials user = AwsBasicCredentials.create("none", "none");

    StoredPoliciesTest(ApiUnderTest api) {
        this.api = api;
        this.iam = configure(IamClient.builder(), administrator()).build();
    }

    @BeforeEach
    void makeUser() {
        iam.createUser(request -> request.userName(name));
        var key = iam.createAccessKey(request -> request.userName(name)).accessKey();
        user = AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey());
    }

    @AfterEach
    void removeUser() {
        iam.listUserPolicies(request -> request.userName(name))
                .policyNames()
                .forEach(each ->
                        iam.deleteUserPolicy(request -> request.userName(name).policyName(each)));
        iam.deleteAccessKey(request -> request.userName(name).accessKeyId(user.accessKeyId()));
        iam.deleteUser(request -> request.userName(name));
        iam.close();
    }

    @Test
    void aUserWithoutPoliciesMayDoNothingAtAnyDoor() {
        try (var ec2 = configure(Ec2Client.builder(), user).build();
                var s3 = s3(user)) {
            refused("UnauthorizedOperation", ec2::describeInstances);
            refused("AccessDenied", s3::listBuckets);
        }
    }

    @Test
    void whatALaunchTemplateFillsInIsBoundToo() {
        allow(SMALL_ONLY);
        try (var ec2 = configure(Ec2Client.builder(), user).build()) {
            var template = ec2.createLaunchTemplate(request -> request.launchTemplateName(name)
                            .launchTemplateData(
                                    data -> data.imageId(api.image()).instanceType("m1.large")))
                    .launchTemplate()
                    .launchTemplateId();
            try {
                refused(
                        "UnauthorizedOperation",
                        () -> ec2.runInstances(
                                request -> request.launchTemplate(given -> given.launchTemplateId(template))
                                        .minCount(1)
                                        .maxCount(1)));
            } finally {
                ec2.deleteLaunchTemplate(request -> request.launchTemplateId(template));
            }
        }
    }

    @Test
    void aSessionIsBoundByItsUsersPoliciesInS3() {
        allow("""
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Action": ["s3:CreateBucket", "s3:DeleteBucket", "s3:PutObject", "s3:DeleteObject"],
                   "Resource": ["arn:aws:s3:::%1$s", "arn:aws:s3:::%1$s/*"]}]}""".formatted(name));
        try (var sts = configure(StsClient.builder(), user).build()) {
            var given = sts.getSessionToken().credentials();
            var session =
                    AwsSessionCredentials.create(given.accessKeyId(), given.secretAccessKey(), given.sessionToken());
            try (var s3 = s3(session)) {
                s3.createBucket(request -> request.bucket(name));
                s3.putObject(request -> request.bucket(name).key("a"), RequestBody.fromString("text"));
                refused(
                        "AccessDenied",
                        () -> s3.getObjectAsBytes(
                                request -> request.bucket(name).key("a")));
                refused("AccessDenied", () -> s3.createBucket(request -> request.bucket(name + "-other")));
                s3.deleteObject(request -> request.bucket(name).key("a"));
                s3.deleteBucket(request -> request.bucket(name));
            }
            var forged = AwsSessionCredentials.create(given.accessKeyId(), given.secretAccessKey(), "x".repeat(200));
            try (var s3 = s3(forged)) {
                var error = assertThrows(AwsServiceException.class, s3::listBuckets);
                assertTrue(error.statusCode() >= 400 && error.statusCode() < 500, error.getMessage());
            }
        }
    }

    private void allow(String document) {
        iam.putUserPolicy(request -> request.userName(name).policyName("test").policyDocument(document));
    }

    private static void refused(String code, Executable call) {
        var error = assertThrows(AwsServiceException.class, call);
        assertEquals(code, error.awsErrorDetails().errorCode(), error.getMessage());
        assertEquals(403, error.statusCode());
    }

    private AwsCredentials administrator() {
        return AwsBasicCredentials.create(api.value("AWS_ACCESS_KEY_ID"), api.value("AWS_SECRET_ACCESS_KEY"));
    }

    private S3Client s3(AwsCredentials credentials) {
        return configure(S3Client.builder().forcePathStyle(true), credentials).build();
    }

    private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> B configure(
            B builder, AwsCredentials credentials) {
        return builder.endpointOverride(URI.create(api.value("AWS_ENDPOINT_URL")))
                .region(Region.of(api.value("AWS_REGION")))
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .httpClientBuilder(UrlConnectionHttpClient.builder());
    }
}
