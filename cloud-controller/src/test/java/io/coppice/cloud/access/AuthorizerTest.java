package io.coppice.cloud.access;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.RequestOrigin;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicyDocument;
import io.coppice.policy.PolicySet;
import io.coppice.wire.error.AwsException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.InstanceType;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;

/**
 * If this fails, a policy about certain resources, tags or keys binds other requests than its author meant, or a refusal does
 * not say what AWS's says.
 */
class AuthorizerTest {
    private static final Caller ALICE = new Caller(
            new AccountId("111122223333"), "arn:aws:iam::111122223333:user/staff/alice", "AIDAALICE", "K", false);
    private static final RequestOrigin ORIGIN = new RequestOrigin("192.0.2.7", true, "aws-cli/2", "");
    private static final ResourceFacts KEY_PAIRS = new ResourceFacts() {
        @Override
        public String kind() {
            return "ec2:key-pair";
        }

        @Override
        public Set<String> keys() {
            return Set.of("ec2:keypairtype");
        }

        @Override
        public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
            return Map.of("dev", Map.of("ec2:keypairtype", List.of("rsa")));
        }

        @Override
        public Optional<String> resolve(AccountId account, String member, String name) {
            return member.equals("KeyName")
                    ? Optional.of(name)
                    : Optional.of("dev").filter(any -> name.equals("key-1"));
        }
    };
    private static final Map<String, Map<String, String>> TAGS =
            Map.of("i-1", Map.of("Owner", "alice"), "i-2", Map.of("Owner", "bob"));

    private static final SdkPojo RUN = RunInstancesRequest.builder()
            .imageId("ami-1")
            .instanceType(InstanceType.M1_SMALL)
            .subnetId("subnet-1")
            .securityGroupIds("sg-1")
            .keyName("dev")
            .build();

    @Test
    void everyResourceOfALaunchMustBeAllowed() {
        allowed("ec2:RunInstances", List.of("arn:aws:ec2:*:111122223333:*", "arn:aws:ec2:*::image/*"), "{}", RUN);
        refused("ec2:RunInstances", List.of("arn:aws:ec2:*:111122223333:*"), "{}", RUN, "image/ami-1");
        refused(
                "ec2:RunInstances",
                List.of(
                        "arn:aws:ec2:*::image/ami-1",
                        "arn:aws:ec2:*:*:instance/*",
                        "arn:aws:ec2:*:*:volume/*",
                        "arn:aws:ec2:*:*:network-interface/*",
                        "arn:aws:ec2:*:*:subnet/subnet-1",
                        "arn:aws:ec2:*:*:security-group/sg-2",
                        "arn:aws:ec2:*:*:key-pair/dev"),
                "{}",
                RUN,
                "security-group/sg-1");
    }

    @Test
    void keysBelongToTheirResource() {
        var types = "{\"StringEquals\":{\"ec2:InstanceType\":\"m1.small\"}}";
        refused("ec2:RunInstances", List.of("*"), types, RUN, "image/ami-1");
        var document = document("""
                [{"Effect":"Allow","Action":"ec2:RunInstances","NotResource":"arn:aws:ec2:*:*:instance/*"},
                 {"Effect":"Allow","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:instance/*",
                  "Condition":{"StringEquals":{"ec2:InstanceType":"m1.small"}}}]""");
        assertDoesNotThrow(() -> ask(document, Service.EC2, "RunInstances", RUN));
        var large = RunInstancesRequest.builder()
                .imageId("ami-1")
                .instanceType("m1.large")
                .build();
        var refusal = assertThrows(AwsException.class, () -> ask(document, Service.EC2, "RunInstances", large));
        assertTrue(String.valueOf(refusal.getMessage()).contains(":instance/*"), refusal.getMessage());
    }

    @Test
    void tagsOfExistingResourcesAreAskedFor() {
        var own = "{\"StringEquals\":{\"ec2:ResourceTag/Owner\":\"${aws:username}\"}}";
        allowed("ec2:StopInstances", List.of("*"), own, stop("i-1"));
        refused("ec2:StopInstances", List.of("*"), own, stop("i-2"), "instance/i-2");
        refused("ec2:StopInstances", List.of("*"), own, stop("i-1", "i-2"), "instance/i-2");
        refused("ec2:StopInstances", List.of("*"), own, stop("i-3"), "instance/i-3");
        allowed("ec2:StopInstances", List.of("*"), own.replace("ec2:", "aws:").replace("aws:R", "aws:r"), stop("i-1"));
    }

    @Test
    void whoMakesSomethingWithTagsMustBeAllowedToTagIt() {
        var tagged = RunInstancesRequest.builder()
                .imageId("ami-1")
                .tagSpecifications(spec -> spec.resourceType(ResourceType.INSTANCE)
                        .tags(tag -> tag.key("Team").value("red")))
                .build();
        refused("ec2:RunInstances", List.of("*"), "{}", tagged, "instance/*");
        var document = document("""
                [{"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"},
                 {"Effect":"Allow","Action":"ec2:CreateTags","Resource":"arn:aws:ec2:*:*:*/*",
                  "Condition":{"StringEquals":{"ec2:CreateAction":"RunInstances","aws:RequestTag/Team":"red"}}}]""");
        assertDoesNotThrow(() -> ask(document, Service.EC2, "RunInstances", tagged));
        var later = CreateTagsRequest.builder()
                .resources("i-1")
                .tags(tag -> tag.key("Team").value("red"))
                .build();
        assertThrows(AwsException.class, () -> ask(document, Service.EC2, "CreateTags", later));
        var keys = "{\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"Team\"]}}";
        allowed("ec2:CreateTags", List.of("arn:aws:ec2:*:*:instance/i-1"), keys, later);
        refused("ec2:CreateTags", List.of("arn:aws:ec2:*:*:volume/*"), keys, later, "instance/i-1");
    }

    @Test
    void aNameIsAlsoGuardedWhenItComesAsAnId() {
        var byId = DeleteKeyPairRequest.builder().keyPairId("key-1").build();
        allowed("ec2:DeleteKeyPair", List.of("arn:aws:ec2:*:*:key-pair/dev"), "{}", byId);
        refused("ec2:DeleteKeyPair", List.of("arn:aws:ec2:*:*:key-pair/test"), "{}", byId, "key-pair/dev");
    }

    @Test
    void whoMovesAUserMustBeAllowedWhereItGoes() {
        var moved =
                UpdateUserRequest.builder().userName("bob").newPath("/other/").build();
        refused("iam:UpdateUser", List.of("arn:aws:iam::*:user/bob"), "{}", moved, "user/other/bob");
        var renamed =
                UpdateUserRequest.builder().userName("bob").newUserName("eve").build();
        refused("iam:UpdateUser", List.of("arn:aws:iam::*:user/bob"), "{}", renamed, "user/eve");
        allowed("iam:UpdateUser", List.of("arn:aws:iam::*:user/bob", "arn:aws:iam::*:user/other/bob"), "{}", moved);
    }

    @Test
    void whatIsReadForTheCallerTheCallerMustBeAllowedToRead() {
        var register = RegisterImageRequest.builder()
                .name("web")
                .imageLocation("/secret/disk")
                .build();
        refused("ec2:*", List.of("*"), "{}", register, "s3:GetObject on resource: arn:aws:s3:::secret/disk");
        var document = document("""
                [{"Effect":"Allow","Action":"ec2:*","Resource":"*"},
                 {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::secret/*"}]""");
        assertDoesNotThrow(() -> ask(document, Service.EC2, "RegisterImage", register));
    }

    @Test
    void listingsWantABareStar() {
        var request = DescribeInstancesRequest.builder().build();
        allowed("ec2:Describe*", List.of("*"), "{}", request);
        refused("ec2:Describe*", List.of("arn:aws:ec2:*:*:*"), "{}", request, "resource: *");
    }

    @Test
    void whereARequestComesFromCounts() {
        var request = DescribeInstancesRequest.builder().build();
        allowed("ec2:*", List.of("*"), "{\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}}", request);
        refused("ec2:*", List.of("*"), "{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}", request, "*");
        allowed("ec2:*", List.of("*"), "{\"Bool\":{\"aws:SecureTransport\":\"true\"}}", request);
        allowed("ec2:*", List.of("*"), "{\"StringEquals\":{\"ec2:Region\":\"us-east-1\"}}", request);
        allowed("ec2:*", List.of("*"), "{\"DateGreaterThan\":{\"aws:CurrentTime\":\"2020-01-01\"}}", request);
        allowed("ec2:*", List.of("*"), "{\"StringLike\":{\"aws:UserAgent\":\"aws-cli/*\"}}", request);
    }

    @Test
    void iamIsAboutNamesWithPaths() {
        var own = List.of("arn:aws:iam::*:user/staff/alice");
        allowed(
                "iam:CreateAccessKey",
                own,
                "{}",
                CreateAccessKeyRequest.builder().build());
        refused("iam:CreateAccessKey", own, "{}", key("bob"), "user/bob");
        var create =
                CreateUserRequest.builder().userName("carl").path("/staff/").build();
        allowed("iam:CreateUser", List.of("arn:aws:iam::111122223333:user/staff/*"), "{}", create);
        refused("iam:CreateUser", List.of("arn:aws:iam::111122223333:user/guests/*"), "{}", create, "user/staff/carl");
        var attach = AttachUserPolicyRequest.builder()
                .userName("bob")
                .policyArn("arn:aws:iam::aws:policy/AdministratorAccess")
                .build();
        var only = "{\"ArnEquals\":{\"iam:PolicyARN\":\"arn:aws:iam::aws:policy/ReadOnlyAccess\"}}";
        refused("iam:AttachUserPolicy", List.of("*"), only, attach, "user/bob");
        var policy = GetPolicyRequest.builder()
                .policyArn("arn:aws:iam::aws:policy/ReadOnlyAccess")
                .build();
        allowed("iam:GetPolicy", List.of("arn:aws:iam::aws:policy/*"), "{}", policy);
    }

    @Test
    void refusalsSpeakLikeAws() throws Exception {
        var iam = assertThrows(
                AwsException.class,
                () -> ask(
                        document("[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]"),
                        Service.IAM,
                        "CreateAccessKey",
                        key("bob")));
        assertEquals("AccessDenied", iam.code());
        assertEquals(403, iam.status());
        assertEquals(
                "User: arn:aws:iam::111122223333:user/staff/alice is not authorized to perform: iam:CreateAccessKey on"
                        + " resource: arn:aws:iam::111122223333:user/bob because no identity-based policy allows the"
                        + " iam:CreateAccessKey action",
                iam.getMessage());

        var messages = TestAccess.messages();
        var deny = document("[{\"Sid\":\"no\",\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}]");
        var authorizer = new Authorizer(
                caller -> PolicySet.ofIdentity(List.of(deny)),
                List.of(),
                noTags(),
                messages,
                "us-east-1",
                Clock.systemUTC());
        var ec2 = assertThrows(
                AwsException.class,
                () -> authorizer.authorize(new AccessCall(Service.EC2, "StopInstances", ALICE, ORIGIN, stop("i-1"))));
        var text = String.valueOf(ec2.getMessage());
        assertEquals("UnauthorizedOperation", ec2.code());
        assertTrue(
                text.startsWith("You are not authorized to perform this operation. User:")
                        && text.contains("with an explicit deny in an identity-based policy"),
                text);
        var encoded = text.substring(text.lastIndexOf(' ') + 1);
        assertEquals(Optional.empty(), messages.decode(new AccountId("999988887777"), encoded));
        assertEquals(Optional.empty(), messages.decode(ALICE.account(), "nonsense"));
        var reasons = new ObjectMapper()
                .readTree(messages.decode(ALICE.account(), encoded).orElseThrow());
        assertTrue(reasons.path("explicitDeny").asBoolean());
        assertEquals("no", reasons.at("/matchedStatements/items/0/statementId").asText());
        assertEquals("ec2:StopInstances", reasons.at("/context/action").asText());
        assertEquals(
                "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
                reasons.at("/context/resource").asText());
    }

    private static io.coppice.cloud.tag.Tags noTags() {
        return TestAccess.tags(Map.of());
    }

    private static SdkPojo stop(String... ids) {
        return StopInstancesRequest.builder().instanceIds(ids).build();
    }

    private static SdkPojo key(String user) {
        return CreateAccessKeyRequest.builder().userName(user).build();
    }

    private static void allowed(String action, List<String> resources, String condition, SdkPojo request) {
        assertDoesNotThrow(() -> ask(action, resources, condition, request));
    }

    private static void refused(
            String action, List<String> resources, String condition, SdkPojo request, String becauseOf) {
        var refusal = assertThrows(AwsException.class, () -> ask(action, resources, condition, request));
        assertTrue(String.valueOf(refusal.getMessage()).contains(becauseOf), refusal.getMessage());
    }

    private static void ask(String action, List<String> resources, String condition, SdkPojo request) {
        var name = request.getClass().getSimpleName().replace("Request", "");
        var document = document("""
                [{"Effect":"Allow","Action":"%s","Resource":["%s"],"Condition":%s}]""".formatted(action, String.join("\",\"", resources), condition));
        ask(document, action.startsWith("iam") ? Service.IAM : Service.EC2, name, request);
    }

    private static void ask(PolicyDocument document, Service service, String action, SdkPojo request) {
        var authorizer = TestAccess.with(caller -> PolicySet.ofIdentity(List.of(document)), List.of(KEY_PAIRS), TAGS);
        authorizer.authorize(new AccessCall(service, action, ALICE, ORIGIN, request));
    }

    private static PolicyDocument document(String statements) {
        return PolicyDocument.parse(
                "{\"Version\":\"2012-10-17\",\"Statement\":" + statements + "}", PolicyDocument.Kind.IDENTITY);
    }
}
