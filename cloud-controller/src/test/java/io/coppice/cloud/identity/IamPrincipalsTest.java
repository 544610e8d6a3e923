package io.coppice.cloud.identity;

import static io.coppice.cloud.identity.IamDoor.EC2_TRUST;
import static io.coppice.cloud.identity.IamDoor.SEE_INSTANCES;
import static io.coppice.cloud.identity.IamDoor.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.GoldenAnswers;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.Group;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.User;

/** If this failed, terraform and the aws command line could not manage users, groups, roles and instance profiles. */
class IamPrincipalsTest {
    @TempDir
    static Path data;

    private static IamDoor door;
    private static IamClient iam;

    @BeforeAll
    static void start() throws Exception {
        door = new IamDoor(data);
        iam = door.admin();
    }

    @AfterAll
    static void stop() throws Exception {
        door.close();
    }

    @Test
    void aUserIsMadeChangedAndDeleted() {
        var created = iam.createUser(
                        request -> request.userName("ann").path("/team/").tags(tag("Stage", "test"), tag("owner", "")))
                .user();
        assertEquals("arn:aws:iam::" + door.account() + ":user/team/ann", created.arn());
        assertTrue(created.userId().matches("AIDA[A-Z2-7]{17}"), created.userId());
        assertEquals(
                List.of("Stage", "owner"), created.tags().stream().map(Tag::key).toList());
        iam.updateUser(request -> request.userName("ann").newUserName("Anna").newPath("/"));
        var renamed = iam.getUser(request -> request.userName("Anna")).user();
        assertEquals(created.userId(), renamed.userId());
        assertEquals("arn:aws:iam::" + door.account() + ":user/Anna", renamed.arn());
        assertEquals(created.createDate(), renamed.createDate());
        refused("NoSuchEntity", 404, () -> iam.getUser(request -> request.userName("ann")));
        refused("EntityAlreadyExists", 409, () -> iam.createUser(request -> request.userName("ANNA")));
        iam.deleteUser(request -> request.userName("Anna"));
        refused("NoSuchEntity", 404, () -> iam.deleteUser(request -> request.userName("Anna")));
    }

    @Test
    void aUserGoesLast() {
        var name = "keeper";
        iam.createUser(request -> request.userName(name));
        iam.createGroup(request -> request.groupName("keepers"));
        iam.addUserToGroup(request -> request.userName(name).groupName("keepers"));
        iam.putUserPolicy(request -> request.userName(name).policyName("see").policyDocument(SEE_INSTANCES));
        iam.attachUserPolicy(request -> request.userName(name).policyArn("arn:aws:iam::aws:policy/ReadOnlyAccess"));
        var key = iam.createAccessKey(request -> request.userName(name)).accessKey();
        iam.createLoginProfile(request -> request.userName(name).password("Correct-Horse-7"));
        conflict(name, "access keys");
        iam.deleteAccessKey(request -> request.userName(name).accessKeyId(key.accessKeyId()));
        conflict(name, "login profile");
        iam.deleteLoginProfile(request -> request.userName(name));
        conflict(name, "delete policies");
        iam.deleteUserPolicy(request -> request.userName(name).policyName("see"));
        conflict(name, "detach all policies");
        iam.detachUserPolicy(request -> request.userName(name).policyArn("arn:aws:iam::aws:policy/ReadOnlyAccess"));
        conflict(name, "group");
        refused("DeleteConflict", 409, () -> iam.deleteGroup(request -> request.groupName("keepers")));
        iam.removeUserFromGroup(request -> request.userName(name).groupName("keepers"));
        iam.deleteUser(request -> request.userName(name));
        iam.deleteGroup(request -> request.groupName("keepers"));
    }

    private static void conflict(String user, String words) {
        var error = refused("DeleteConflict", 409, () -> iam.deleteUser(request -> request.userName(user)));
        assertTrue(error.awsErrorDetails().errorMessage().contains(words), error.getMessage());
    }

    @Test
    void listingsComeInPagesAndUnderPaths() {
        for (var name : List.of("p-3", "P-1", "p-2", "p-5", "p-4")) {
            iam.createUser(request -> request.userName(name).path("/paged/"));
        }
        var names = iam.listUsersPaginator(page -> page.pathPrefix("/paged/").maxItems(2)).users().stream()
                .map(User::userName)
                .toList();
        assertEquals(List.of("P-1", "p-2", "p-3", "p-4", "p-5"), names);
        var first = iam.listUsers(page -> page.pathPrefix("/paged/").maxItems(2));
        assertTrue(first.isTruncated());
        refused("InvalidInput", 400, () -> iam.listGroups(page -> page.marker(first.marker())));
        refused("InvalidInput", 400, () -> iam.listUsers(page -> page.marker("nonsense")));
        refused("ValidationError", 400, () -> iam.listUsers(page -> page.maxItems(0)));
        refused("ValidationError", 400, () -> iam.listUsers(page -> page.maxItems(1001)));
    }

    @Test
    void namesAndPathsAreCheckedInAwsWords() {
        var name = refused("ValidationError", 400, () -> iam.createUser(request -> request.userName("a b")));
        assertEquals(
                "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the"
                        + " following: +=,.@_-",
                name.awsErrorDetails().errorMessage());
        refused("ValidationError", 400, () -> iam.createUser(request -> request.userName("a".repeat(65))));
        refused("ValidationError", 400, () -> iam.createUser(request -> {}));
        refused(
                "ValidationError",
                400,
                () -> iam.createUser(request -> request.userName("a").path("team")));
        refused(
                "ValidationError",
                400,
                () -> iam.createRole(request -> request.roleName("r").assumeRolePolicyDocument("")));
        refused(
                "InvalidInput",
                400,
                () -> iam.createUser(request -> request.userName("a").tags(tag("k", "1"), tag("K", "2"))));
    }

    @Test
    void tagsKeepTheCaseOfTheirKeysAndAreOneWhateverTheCase() {
        iam.createUser(request -> request.userName("tagged").tags(tag("Stage", "one")));
        iam.tagUser(request -> request.userName("tagged").tags(tag("stage", "two"), tag("x", "y")));
        assertEquals(
                List.of(tag("stage", "two"), tag("x", "y")),
                iam.listUserTags(request -> request.userName("tagged")).tags());
        iam.untagUser(request -> request.userName("tagged").tagKeys("STAGE", "absent"));
        assertEquals(
                List.of(tag("x", "y")),
                iam.listUserTags(request -> request.userName("tagged")).tags());
        iam.deleteUser(request -> request.userName("tagged"));
        iam.createUser(request -> request.userName("tagged"));
        assertFalse(iam.getUser(request -> request.userName("tagged")).user().hasTags());
    }

    @Test
    void aGroupTellsItsUsersAndAUserItsGroups() {
        iam.createGroup(request -> request.groupName("builders").path("/a/"));
        for (var name : List.of("g-b", "g-a", "g-c")) {
            iam.createUser(request -> request.userName(name));
            iam.addUserToGroup(request -> request.userName(name).groupName("builders"));
            iam.addUserToGroup(request -> request.userName(name).groupName("builders"));
        }
        assertEquals(
                List.of("g-a", "g-b", "g-c"),
                iam.getGroupPaginator(request -> request.groupName("builders").maxItems(2)).users().stream()
                        .map(User::userName)
                        .toList());
        iam.updateGroup(request -> request.groupName("builders").newGroupName("makers"));
        assertEquals(
                List.of("makers"),
                iam.listGroupsForUser(request -> request.userName("g-a")).groups().stream()
                        .map(Group::groupName)
                        .toList());
        refused(
                "NoSuchEntity",
                404,
                () -> iam.removeUserFromGroup(
                        request -> request.userName("admin").groupName("makers")));
    }

    @Test
    void aRoleIsMadeChangedAndDeleted() {
        var created = iam.createRole(request -> request.roleName("web")
                        .path("/app/")
                        .assumeRolePolicyDocument(EC2_TRUST)
                        .description("serves")
                        .maxSessionDuration(7200)
                        .tags(tag("a", "b")))
                .role();
        assertEquals(EC2_TRUST, URLDecoder.decode(created.assumeRolePolicyDocument(), StandardCharsets.UTF_8));
        assertTrue(created.roleId().startsWith("AROA"));
        refused(
                "MalformedPolicyDocument",
                400,
                () -> iam.updateAssumeRolePolicy(
                        request -> request.roleName("web").policyDocument(SEE_INSTANCES)));
        refused(
                "ValidationError",
                400,
                () -> iam.updateRole(request -> request.roleName("web").maxSessionDuration(60)));
        iam.updateRole(
                request -> request.roleName("web").description("serves more").maxSessionDuration(3600));
        var role = iam.getRole(request -> request.roleName("web")).role();
        assertEquals("serves more", role.description());
        assertEquals(3600, role.maxSessionDuration());
        assertEquals(List.of(tag("a", "b")), role.tags());
        iam.createInstanceProfile(request -> request.instanceProfileName("web"));
        iam.addRoleToInstanceProfile(
                request -> request.instanceProfileName("web").roleName("web"));
        refused(
                "LimitExceeded",
                409,
                () -> iam.addRoleToInstanceProfile(
                        request -> request.instanceProfileName("web").roleName("web")));
        assertEquals(
                "web",
                iam.getInstanceProfile(request -> request.instanceProfileName("web"))
                        .instanceProfile()
                        .roles()
                        .getFirst()
                        .roleName());
        assertEquals(
                1,
                iam.listInstanceProfilesForRole(request -> request.roleName("web"))
                        .instanceProfiles()
                        .size());
        refused("DeleteConflict", 409, () -> iam.deleteRole(request -> request.roleName("web")));
        refused("DeleteConflict", 409, () -> iam.deleteInstanceProfile(request -> request.instanceProfileName("web")));
        iam.removeRoleFromInstanceProfile(
                request -> request.instanceProfileName("web").roleName("web"));
        iam.deleteInstanceProfile(request -> request.instanceProfileName("web"));
        iam.deleteRole(request -> request.roleName("web"));
        refused("NoSuchEntity", 404, () -> iam.getRole(request -> request.roleName("web")));
        refused(
                "InvalidInput",
                400,
                () -> iam.createServiceLinkedRole(request -> request.awsServiceName("autoscaling.amazonaws.com")));
    }

    @Test
    void aBoundaryMustExistAndIsTold() {
        var arn = "arn:aws:iam::aws:policy/PowerUserAccess";
        iam.createUser(request -> request.userName("bounded").permissionsBoundary(arn));
        assertEquals(
                arn,
                iam.getUser(request -> request.userName("bounded"))
                        .user()
                        .permissionsBoundary()
                        .permissionsBoundaryArn());
        refused(
                "NoSuchEntity",
                404,
                () -> iam.putUserPermissionsBoundary(request -> request.userName("bounded")
                        .permissionsBoundary("arn:aws:iam::" + door.account() + ":policy/absent")));
        iam.deleteUserPermissionsBoundary(request -> request.userName("bounded"));
        refused("NoSuchEntity", 404, () -> iam.deleteUserPermissionsBoundary(request -> request.userName("bounded")));
    }

    @Test
    void answersLookAsAwsWritesThem() {
        iam.createRole(request -> request.roleName("golden")
                .path("/gold/")
                .assumeRolePolicyDocument(EC2_TRUST)
                .description("a & b")
                .tags(tag("k", "<v>")));
        GoldenAnswers.checkXml("iam/CreateRole", door.lastXml());
        iam.createInstanceProfile(request -> request.instanceProfileName("golden"));
        iam.addRoleToInstanceProfile(
                request -> request.instanceProfileName("golden").roleName("golden"));
        iam.getInstanceProfile(request -> request.instanceProfileName("golden"));
        GoldenAnswers.checkXml("iam/GetInstanceProfile", door.lastXml());
        iam.createUser(request -> request.userName("golden-user").path("/gold/"));
        iam.listUsers(request -> request.pathPrefix("/gold/"));
        GoldenAnswers.checkXml("iam/ListUsers", door.lastXml());
        iam.listAttachedUserPolicies(request -> request.userName("golden-user"));
        GoldenAnswers.checkXml("iam/ListAttachedUserPolicies", door.lastXml());
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
