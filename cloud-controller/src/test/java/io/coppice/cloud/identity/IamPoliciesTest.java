package io.coppice.cloud.identity;

import static io.coppice.cloud.identity.IamDoor.EC2_TRUST;
import static io.coppice.cloud.identity.IamDoor.SEE_INSTANCES;
import static io.coppice.cloud.identity.IamDoor.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.action.Caller;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.AccessRequest;
import io.coppice.policy.PolicyEvaluator;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.ContextKeyTypeEnum;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.Policy;
import software.amazon.awssdk.services.iam.model.PolicyScopeType;
import software.amazon.awssdk.services.iam.model.PolicyVersion;

/** If this failed, what administrators grant or take away would not be what users may do. */
class IamPoliciesTest {
    private static final String ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

    @TempDir
    static Path data;

    private static IamDoor door;
    private static IamClient iam;
    private static PolicySource source;

    @BeforeAll
    static void start() throws Exception {
        door = new IamDoor(data);
        iam = door.admin();
        source = door.identity().policies();
    }

    @AfterAll
    static void stop() throws Exception {
        door.close();
    }

    @Test
    void aManagedPolicyHasFiveVersionsAtMost() {
        var arn = create("versions");
        for (var version = 2; version <= 5; version++) {
            var second = version == 2;
            iam.createPolicyVersion(request ->
                    request.policyArn(arn).policyDocument(SEE_INSTANCES).setAsDefault(second));
        }
        refused(
                "LimitExceeded",
                409,
                () -> iam.createPolicyVersion(request -> request.policyArn(arn).policyDocument(SEE_INSTANCES)));
        assertEquals(
                "v2", iam.getPolicy(request -> request.policyArn(arn)).policy().defaultVersionId());
        refused(
                "DeleteConflict",
                409,
                () -> iam.deletePolicyVersion(request -> request.policyArn(arn).versionId("v2")));
        iam.setDefaultPolicyVersion(request -> request.policyArn(arn).versionId("v5"));
        iam.deletePolicyVersion(request -> request.policyArn(arn).versionId("v2"));
        assertEquals(
                List.of("v5", "v4", "v3", "v1"),
                iam
                        .listPolicyVersionsPaginator(
                                request -> request.policyArn(arn).maxItems(3))
                        .versions()
                        .stream()
                        .map(PolicyVersion::versionId)
                        .toList());
        var made = iam.createPolicyVersion(request -> request.policyArn(arn).policyDocument(SEE_INSTANCES));
        assertEquals("v6", made.policyVersion().versionId(), "numbers are never given again");
        assertEquals(
                SEE_INSTANCES,
                URLDecoder.decode(
                        iam.getPolicyVersion(request -> request.policyArn(arn).versionId("v6"))
                                .policyVersion()
                                .document(),
                        StandardCharsets.UTF_8));
        refused(
                "NoSuchEntity",
                404,
                () -> iam.getPolicyVersion(request -> request.policyArn(arn).versionId("v2")));
        refused("DeleteConflict", 409, () -> iam.deletePolicy(request -> request.policyArn(arn)));
        for (var version : List.of("v1", "v3", "v4", "v6")) {
            iam.deletePolicyVersion(request -> request.policyArn(arn).versionId(version));
        }
        iam.deletePolicy(request -> request.policyArn(arn));
        refused("NoSuchEntity", 404, () -> iam.getPolicy(request -> request.policyArn(arn)));
    }

    @Test
    void policiesAreCheckedBeforeTheyAreKept() {
        refused(
                "MalformedPolicyDocument",
                400,
                () -> iam.createPolicy(request -> request.policyName("broken").policyDocument("{\"Version\":")));
        refused(
                "MalformedPolicyDocument",
                400,
                () -> iam.createPolicy(request -> request.policyName("broken").policyDocument(EC2_TRUST)));
        refused(
                "LimitExceeded",
                409,
                () -> iam.createPolicy(request -> request.policyName("large")
                        .policyDocument(SEE_INSTANCES.replace("ec2:DescribeInstances", "ec2:D" + "e".repeat(6200)))));
        create("Twice");
        refused("EntityAlreadyExists", 409, () -> create("twice"));
    }

    @Test
    void thePoliciesOfTheCloudAreThereAndStayAsTheyAre() {
        var policy = iam.getPolicy(request -> request.policyArn(ADMINISTRATOR)).policy();
        assertEquals("AdministratorAccess", policy.policyName());
        assertTrue(policy.attachmentCount() >= 1, "the first user has it");
        var names = iam.listPolicies(request -> request.scope(PolicyScopeType.AWS)).policies().stream()
                .map(Policy::policyName)
                .toList();
        assertTrue(names.containsAll(List.of(
                "AdministratorAccess",
                "AmazonEC2FullAccess",
                "AmazonEC2ReadOnlyAccess",
                "AmazonS3FullAccess",
                "AmazonS3ReadOnlyAccess",
                "IAMFullAccess",
                "IAMReadOnlyAccess",
                "IAMUserChangePassword",
                "PowerUserAccess",
                "ReadOnlyAccess")));
        for (var name : names) {
            iam.getPolicyVersion(request ->
                    request.policyArn("arn:aws:iam::aws:policy/" + name).versionId("v1"));
        }
        refused("AccessDenied", 403, () -> iam.deletePolicy(request -> request.policyArn(ADMINISTRATOR)));
        refused(
                "AccessDenied",
                403,
                () -> iam.createPolicyVersion(
                        request -> request.policyArn(ADMINISTRATOR).policyDocument(SEE_INSTANCES)));
    }

    @Test
    void attachingIsTellingBothWays() {
        var arn = create("told");
        iam.createRole(request -> request.roleName("told").assumeRolePolicyDocument(EC2_TRUST));
        iam.createGroup(request -> request.groupName("told"));
        iam.createUser(request -> request.userName("told"));
        iam.attachRolePolicy(request -> request.roleName("told").policyArn(arn));
        iam.attachRolePolicy(request -> request.roleName("told").policyArn(arn));
        iam.attachGroupPolicy(request -> request.groupName("told").policyArn(arn));
        iam.attachUserPolicy(request -> request.userName("told").policyArn(arn));
        assertEquals(
                3, iam.getPolicy(request -> request.policyArn(arn)).policy().attachmentCount());
        assertEquals(
                List.of(arn),
                iam.listAttachedGroupPolicies(request -> request.groupName("told")).attachedPolicies().stream()
                        .map(AttachedPolicy::policyArn)
                        .toList());
        var holders = iam.listEntitiesForPolicy(request -> request.policyArn(arn));
        assertEquals("told", holders.policyRoles().getFirst().roleName());
        assertEquals("told", holders.policyGroups().getFirst().groupName());
        assertEquals("told", holders.policyUsers().getFirst().userName());
        refused("DeleteConflict", 409, () -> iam.deletePolicy(request -> request.policyArn(arn)));
        assertTrue(
                iam.listPolicies(request -> request.onlyAttached(true).scope(PolicyScopeType.LOCAL)).policies().stream()
                        .anyMatch(policy -> policy.arn().equals(arn)));
        iam.detachRolePolicy(request -> request.roleName("told").policyArn(arn));
        refused(
                "NoSuchEntity",
                404,
                () -> iam.detachRolePolicy(request -> request.roleName("told").policyArn(arn)));
        refused(
                "NoSuchEntity",
                404,
                () -> iam.attachUserPolicy(request -> request.userName("told").policyArn(arn + "x")));
    }

    @Test
    void inlinePoliciesBelongToOne() {
        iam.createRole(request -> request.roleName("inline").assumeRolePolicyDocument(EC2_TRUST));
        iam.putRolePolicy(request -> request.roleName("inline").policyName("b").policyDocument(SEE_INSTANCES));
        iam.putRolePolicy(request -> request.roleName("inline").policyName("a").policyDocument(SEE_INSTANCES));
        assertEquals(
                List.of("a", "b"),
                iam.listRolePolicies(request -> request.roleName("inline")).policyNames());
        assertEquals(
                SEE_INSTANCES,
                URLDecoder.decode(
                        iam.getRolePolicy(request -> request.roleName("inline").policyName("a"))
                                .policyDocument(),
                        StandardCharsets.UTF_8));
        iam.deleteRolePolicy(request -> request.roleName("inline").policyName("a"));
        refused(
                "NoSuchEntity",
                404,
                () -> iam.getRolePolicy(request -> request.roleName("inline").policyName("a")));
        iam.createUser(request -> request.userName("inline"));
        refused(
                "LimitExceeded",
                409,
                () -> iam.putUserPolicy(request -> request.userName("inline")
                        .policyName("large")
                        .policyDocument(SEE_INSTANCES.replace("ec2:DescribeInstances", "ec2:D" + "e".repeat(2100)))));
        assertTrue(iam.listUserPolicies(request -> request.userName("inline"))
                .policyNames()
                .isEmpty());
    }

    @Test
    void whatIsGrantedCountsAtOnceAndWhatIsTakenAwayToo() {
        var user = iam.createUser(request -> request.userName("acting")).user();
        var caller = new Caller(new AccountId(door.account()), user.arn(), user.userId(), "AKIATEST", false);
        assertFalse(allowed(caller, "ec2:DescribeInstances"));
        iam.createGroup(request -> request.groupName("acting"));
        iam.putGroupPolicy(
                request -> request.groupName("acting").policyName("see").policyDocument(SEE_INSTANCES));
        iam.addUserToGroup(request -> request.groupName("acting").userName("acting"));
        assertTrue(allowed(caller, "ec2:DescribeInstances"));
        assertFalse(allowed(caller, "s3:GetObject"));
        iam.attachUserPolicy(request -> request.userName("acting").policyArn(ADMINISTRATOR));
        assertTrue(allowed(caller, "s3:GetObject"));
        iam.putUserPermissionsBoundary(request ->
                request.userName("acting").permissionsBoundary("arn:aws:iam::aws:policy/AmazonEC2FullAccess"));
        assertFalse(allowed(caller, "s3:GetObject"));
        assertTrue(allowed(caller, "ec2:DescribeInstances"));
        iam.deleteUserPermissionsBoundary(request -> request.userName("acting"));
        iam.detachUserPolicy(request -> request.userName("acting").policyArn(ADMINISTRATOR));
        iam.removeUserFromGroup(request -> request.groupName("acting").userName("acting"));
        assertFalse(allowed(caller, "ec2:DescribeInstances"));
    }

    @Test
    void aVersionPutIntoForceCountsAtOnce() {
        var arn = create("flip");
        var role = iam.createRole(request -> request.roleName("flip").assumeRolePolicyDocument(EC2_TRUST))
                .role();
        iam.attachRolePolicy(request -> request.roleName("flip").policyArn(arn));
        var session = new Caller(
                new AccountId(door.account()),
                "arn:aws:sts::" + door.account() + ":assumed-role/flip/one",
                role.roleId() + ":one",
                "ASIATEST",
                false);
        assertTrue(allowed(session, "ec2:DescribeInstances"));
        assertEquals(Optional.of(role.arn()), source.principal(session).role());
        iam.createPolicyVersion(request -> request.policyArn(arn)
                .policyDocument(SEE_INSTANCES.replace("Allow", "Deny"))
                .setAsDefault(true));
        assertFalse(allowed(session, "ec2:DescribeInstances"));
        iam.setDefaultPolicyVersion(request -> request.policyArn(arn).versionId("v1"));
        assertTrue(allowed(session, "ec2:DescribeInstances"));
    }

    @Test
    void theSimulatorSaysWhatTheEngineDecides() {
        iam.createUser(request -> request.userName("simulated"));
        iam.putUserPolicy(
                request -> request.userName("simulated").policyName("own").policyDocument("""
                {"Version":"2012-10-17","Statement":[
                {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::mine/*",
                 "Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}},
                {"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"}]}"""));
        var arn = "arn:aws:iam::" + door.account() + ":user/simulated";
        assertEquals(
                List.of("aws:requestedregion"),
                iam.getContextKeysForPrincipalPolicy(request -> request.policySourceArn(arn))
                        .contextKeyNames());
        var results = iam
                .simulatePrincipalPolicyPaginator(request -> request.policySourceArn(arn)
                        .actionNames("s3:GetObject", "s3:DeleteObject")
                        .resourceArns("arn:aws:s3:::mine/a", "arn:aws:s3:::theirs/a")
                        .contextEntries(entry -> entry.contextKeyName("aws:RequestedRegion")
                                .contextKeyType(ContextKeyTypeEnum.STRING)
                                .contextKeyValues("us-east-1"))
                        .maxItems(3))
                .evaluationResults()
                .stream()
                .toList();
        assertEquals(
                List.of("allowed", "implicitDeny", "explicitDeny", "explicitDeny"),
                results.stream().map(EvaluationResult::evalDecisionAsString).toList());
        assertEquals("own", results.getFirst().matchedStatements().getFirst().sourcePolicyId());
        assertEquals(
                2,
                results.getFirst()
                        .matchedStatements()
                        .getFirst()
                        .startPosition()
                        .line());
        var missing = iam.simulatePrincipalPolicy(request ->
                        request.policySourceArn(arn).actionNames("s3:GetObject").resourceArns("arn:aws:s3:::mine/a"))
                .evaluationResults()
                .getFirst();
        assertEquals("implicitDeny", missing.evalDecisionAsString());
        assertEquals(List.of("aws:requestedregion"), missing.missingContextValues());
        var custom = iam.simulateCustomPolicy(request -> request.policyInputList(SEE_INSTANCES)
                        .permissionsBoundaryPolicyInputList(SEE_INSTANCES.replace("ec2:", "s3:"))
                        .actionNames("ec2:DescribeInstances"))
                .evaluationResults()
                .getFirst();
        assertEquals("implicitDeny", custom.evalDecisionAsString());
        assertFalse(custom.permissionsBoundaryDecisionDetail().allowedByPermissionsBoundary());
        refused(
                "InvalidInput",
                400,
                () -> iam.simulatePrincipalPolicy(request ->
                        request.policySourceArn("arn:aws:s3:::mine/something").actionNames("s3:GetObject")));
    }

    private static String create(String name) {
        return iam.createPolicy(request -> request.policyName(name).policyDocument(SEE_INSTANCES))
                .policy()
                .arn();
    }

    private static boolean allowed(Caller caller, String action) {
        var request = new AccessRequest(source.principal(caller), action, "*", Map.of());
        return PolicyEvaluator.decide(request, source.of(caller), Optional.empty())
                .allowed();
    }
}
