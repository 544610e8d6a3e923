package io.coppice.cloud.identity;

import static io.coppice.cloud.identity.IamDoor.SEE_INSTANCES;
import static io.coppice.cloud.identity.IamDoor.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.identity.credential.MfaDevices;
import io.coppice.cloud.identity.credential.TestCodes;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.CertificateRequests;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.Pem;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.AssignmentStatusType;
import software.amazon.awssdk.services.iam.model.EncodingType;
import software.amazon.awssdk.services.iam.model.StatusType;

/** If this failed, users could not prove who they are, or somebody else could. */
class IamCredentialsTest {
    private static final String PASSWORD = "Correct-Horse-7";

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
    void aUserWithoutPolicyMayDoNothingAndAKeyTurnedOffOpensNothing() {
        var key = user("idle");
        try (var idle = door.client(key.accessKeyId(), key.secretAccessKey())) {
            refused("AccessDenied", 403, idle::listUsers);
            refused("AccessDenied", 403, idle::getUser);
            iam.putUserPolicy(
                    request -> request.userName("idle").policyName("own").policyDocument("""
                    {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*AccessKey*",\
                    "Resource":"arn:aws:iam::*:user/${aws:username}"}}"""));
            assertEquals(1, idle.listAccessKeys().accessKeyMetadata().size());
            refused("AccessDenied", 403, () -> idle.listAccessKeys(request -> request.userName("admin")));
            iam.updateAccessKey(request ->
                    request.userName("idle").accessKeyId(key.accessKeyId()).status(StatusType.INACTIVE));
            refused("InvalidClientTokenId", 403, idle::listAccessKeys);
        }
        assertEquals(
                StatusType.INACTIVE,
                iam.listAccessKeys(request -> request.userName("idle"))
                        .accessKeyMetadata()
                        .getFirst()
                        .status());
    }

    @Test
    void theLastUseOfAKeyIsTold() {
        var key = user("used");
        var before = iam.getAccessKeyLastUsed(request -> request.accessKeyId(key.accessKeyId()));
        assertEquals("N/A", before.accessKeyLastUsed().serviceName());
        try (var used = door.client(key.accessKeyId(), key.secretAccessKey())) {
            refused("AccessDenied", 403, used::listUsers);
        }
        var after = iam.getAccessKeyLastUsed(request -> request.accessKeyId(key.accessKeyId()));
        assertEquals("used", after.userName());
        assertEquals("iam", after.accessKeyLastUsed().serviceName());
        assertNotNull(after.accessKeyLastUsed().lastUsedDate());
        door.identity().uses().stop();
        var stored = door.identity().database().call(entities -> entities.find(AccessKeyRow.class, key.accessKeyId()));
        assertEquals("iam", stored.lastUse().orElseThrow().service(), "written down when the process ends");
        refused(
                "NoSuchEntity",
                404,
                () -> iam.getAccessKeyLastUsed(request -> request.accessKeyId("AKIANOBODYNOBODY")));
    }

    @Test
    void passwordsFollowTheRulesOfTheAccount() {
        user("logs-in");
        refused(
                "PasswordPolicyViolation",
                400,
                () -> iam.createLoginProfile(
                        request -> request.userName("logs-in").password("short")));
        iam.createLoginProfile(request -> request.userName("logs-in").password(PASSWORD));
        refused(
                "EntityAlreadyExists",
                409,
                () -> iam.createLoginProfile(
                        request -> request.userName("logs-in").password(PASSWORD)));
        iam.updateAccountPasswordPolicy(request ->
                request.minimumPasswordLength(10).requireSymbols(true).passwordReusePrevention(2));
        var policy = iam.getAccountPasswordPolicy().passwordPolicy();
        assertEquals(10, policy.minimumPasswordLength());
        assertFalse(policy.requireNumbers());
        refused(
                "PasswordPolicyViolation",
                400,
                () -> iam.updateLoginProfile(
                        request -> request.userName("logs-in").password("NoSymbolsHere1")));
        iam.updateLoginProfile(request -> request.userName("logs-in").password("another-one-1"));
        refused(
                "PasswordPolicyViolation",
                400,
                () -> iam.updateLoginProfile(
                        request -> request.userName("logs-in").password(PASSWORD)));
        iam.updateLoginProfile(request -> request.userName("logs-in").password("a-third-one-1"));
        iam.updateLoginProfile(request -> request.userName("logs-in").password(PASSWORD));
        iam.deleteAccountPasswordPolicy();
        refused("NoSuchEntity", 404, iam::getAccountPasswordPolicy);
        var stored = door.identity().database().call(entities -> entities.createQuery(
                        "select l.passwordHash from LoginProfile l", String.class)
                .getResultList());
        stored.forEach(hash -> assertTrue(hash.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), hash));
    }

    @Test
    void aUserChangesThePasswordWhenTheRulesAllowIt() {
        var key = user("changes");
        iam.createLoginProfile(
                request -> request.userName("changes").password(PASSWORD).passwordResetRequired(true));
        try (var user = door.client(key.accessKeyId(), key.secretAccessKey())) {
            refused(
                    "AccessDenied",
                    403,
                    () -> user.changePassword(
                            request -> request.oldPassword(PASSWORD).newPassword("Different-Horse-8")));
            iam.updateAccountPasswordPolicy(request -> request.allowUsersToChangePassword(true));
            refused(
                    "AccessDenied",
                    403,
                    () -> user.changePassword(
                            request -> request.oldPassword("Wrong-Horse-7").newPassword("Different-Horse-8")));
            user.changePassword(request -> request.oldPassword(PASSWORD).newPassword("Different-Horse-8"));
            assertFalse(iam.getLoginProfile(request -> request.userName("changes"))
                    .loginProfile()
                    .passwordResetRequired());
            iam.deleteAccountPasswordPolicy();
            refused(
                    "AccessDenied",
                    403,
                    () -> user.changePassword(
                            request -> request.oldPassword("Different-Horse-8").newPassword(PASSWORD)));
        }
    }

    @Test
    void aDeviceIsEnabledByTwoCodesInARowAndACodeWorksOnce() throws Exception {
        user("careful");
        var device = iam.createVirtualMFADevice(request -> request.virtualMFADeviceName("careful"))
                .virtualMFADevice();
        var secret = device.base32StringSeed().asUtf8String();
        assertTrue(secret.matches("[A-Z2-7]{64}"), secret);
        var picture = ImageIO.read(new ByteArrayInputStream(device.qrCodePNG().asByteArray()));
        assertTrue(picture.getWidth() >= 100, "a picture that an app can read");
        var serial = device.serialNumber();
        assertEquals("arn:aws:iam::" + door.account() + ":mfa/careful", serial);
        var now = Clock.systemUTC().instant();
        refused(
                "InvalidAuthenticationCode",
                403,
                () -> iam.enableMFADevice(request -> request.userName("careful")
                        .serialNumber(serial)
                        .authenticationCode1(TestCodes.at(secret, now))
                        .authenticationCode2(TestCodes.at(secret, now))));
        iam.enableMFADevice(request -> request.userName("careful")
                .serialNumber(serial)
                .authenticationCode1(TestCodes.at(secret, now.minusSeconds(30)))
                .authenticationCode2(TestCodes.at(secret, now)));
        assertEquals(
                serial,
                iam.listMFADevices(request -> request.userName("careful"))
                        .mfaDevices()
                        .getFirst()
                        .serialNumber());
        assertTrue(iam
                .listVirtualMFADevices(request -> request.assignmentStatus(AssignmentStatusType.ASSIGNED))
                .virtualMFADevices()
                .stream()
                .anyMatch(each -> each.user().userName().equals("careful")));
        var devices = new MfaDevices(SecretBox.open(data), Clock.systemUTC());
        assertFalse(accepts(devices, serial, TestCodes.at(secret, now)), "the code of the enabling is used up");
        var next = TestCodes.at(secret, now.plusSeconds(30));
        assertTrue(accepts(devices, serial, next));
        assertFalse(accepts(devices, serial, next));
        refused("DeleteConflict", 409, () -> iam.deleteVirtualMFADevice(request -> request.serialNumber(serial)));
        iam.deactivateMFADevice(request -> request.userName("careful").serialNumber(serial));
        iam.deleteVirtualMFADevice(request -> request.serialNumber(serial));
        refused("NoSuchEntity", 404, () -> iam.getMFADevice(request -> request.serialNumber(serial)));
    }

    private static boolean accepts(MfaDevices devices, String serial, String code) {
        return door.identity().database().call(entities -> {
            var user = entities.createQuery("select u from User u where u.name = 'careful'", UserRow.class)
                    .getSingleResult();
            return devices.accept(entities, user, serial, code);
        });
    }

    @Test
    void aServerCertificateMustFitItsKeyAndItsChain() throws Exception {
        var authority = CertificateAuthority.openOrCreate(data.resolve("authority"), Clock.systemUTC());
        var pair = CertificateAuthority.newKeyPair();
        var chain = authority.sign(CertificateRequests.create(pair), new PeerIdentity(PeerKind.WALRUS, "server"));
        var body = Pem.encode(List.of(chain.getFirst()));
        var signer = Pem.encode(List.of(authority.certificate()));
        var metadata = iam.uploadServerCertificate(request -> request.serverCertificateName("site")
                        .certificateBody(body)
                        .privateKey(pem(pair))
                        .certificateChain(signer))
                .serverCertificateMetadata();
        assertEquals("arn:aws:iam::" + door.account() + ":server-certificate/site", metadata.arn());
        assertEquals(
                chain.getFirst().getNotAfter().toInstant().getEpochSecond(),
                metadata.expiration().getEpochSecond());
        assertEquals(
                body,
                iam.getServerCertificate(request -> request.serverCertificateName("site"))
                        .serverCertificate()
                        .certificateBody());
        refused(
                "KeyPairMismatch",
                400,
                () -> iam.uploadServerCertificate(request -> request.serverCertificateName("b")
                        .certificateBody(body)
                        .privateKey(pem(CertificateAuthority.newKeyPair()))));
        refused(
                "MalformedCertificate",
                400,
                () -> iam.uploadServerCertificate(request -> request.serverCertificateName("b")
                        .certificateBody(body)
                        .privateKey(pem(pair))
                        .certificateChain(body)));
        refused(
                "MalformedCertificate",
                400,
                () -> iam.uploadServerCertificate(request -> request.serverCertificateName("b")
                        .certificateBody("text")
                        .privateKey(pem(pair))));
        iam.updateServerCertificate(
                request -> request.serverCertificateName("site").newServerCertificateName("web"));
        iam.deleteServerCertificate(request -> request.serverCertificateName("web"));
        assertTrue(iam.listServerCertificates().serverCertificateMetadataList().isEmpty());
    }

    @Test
    void usersKeepCertificatesAndSshKeys() throws Exception {
        user("signs");
        var authority = CertificateAuthority.openOrCreate(data.resolve("authority"), Clock.systemUTC());
        var body = Pem.encode(List.of(authority.certificate()));
        var certificate = iam.uploadSigningCertificate(
                        request -> request.userName("signs").certificateBody(body))
                .certificate();
        refused(
                "DuplicateCertificate",
                409,
                () -> iam.uploadSigningCertificate(
                        request -> request.userName("signs").certificateBody(body)));
        iam.updateSigningCertificate(request -> request.userName("signs")
                .certificateId(certificate.certificateId())
                .status(StatusType.INACTIVE));
        assertEquals(
                StatusType.INACTIVE,
                iam.listSigningCertificates(request -> request.userName("signs"))
                        .certificates()
                        .getFirst()
                        .status());
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var rsa = (RSAPublicKey) generator.generateKeyPair().getPublic();
        var wire = OpenSSHPublicKeyUtil.encodePublicKey(
                new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent()));
        var line = "ssh-rsa " + Base64.getEncoder().encodeToString(wire) + " me@home";
        var key = iam.uploadSSHPublicKey(request -> request.userName("signs").sshPublicKeyBody(line))
                .sshPublicKey();
        assertTrue(key.fingerprint().matches("([0-9a-f]{2}:){15}[0-9a-f]{2}"), key.fingerprint());
        var pem = iam.getSSHPublicKey(request -> request.userName("signs")
                        .sshPublicKeyId(key.sshPublicKeyId())
                        .encoding(EncodingType.PEM))
                .sshPublicKey()
                .sshPublicKeyBody();
        var encoded = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
        assertArrayEquals(rsa.getEncoded(), Base64.getDecoder().decode(encoded));
        refused(
                "InvalidPublicKey",
                400,
                () -> iam.uploadSSHPublicKey(
                        request -> request.userName("signs").sshPublicKeyBody("ssh-rsa AAAA")));
        refused("DeleteConflict", 409, () -> {
            iam.listAccessKeys(request -> request.userName("signs"))
                    .accessKeyMetadata()
                    .forEach(each -> iam.deleteAccessKey(
                            request -> request.userName("signs").accessKeyId(each.accessKeyId())));
            iam.deleteUser(request -> request.userName("signs"));
        });
    }

    @Test
    void anAccountHasAnAliasASummaryAndAReport() {
        iam.createAccountAlias(request -> request.accountAlias("first-name"));
        iam.createAccountAlias(request -> request.accountAlias("second-name"));
        assertEquals(List.of("second-name"), iam.listAccountAliases().accountAliases());
        refused("ValidationError", 400, () -> iam.createAccountAlias(request -> request.accountAlias("a--b")));
        refused("NoSuchEntity", 404, () -> iam.deleteAccountAlias(request -> request.accountAlias("first-name")));
        iam.createUser(request -> request.userName("reported"));
        iam.putUserPolicy(
                request -> request.userName("reported").policyName("see").policyDocument(SEE_INSTANCES));
        var summary = iam.getAccountSummary().summaryMapAsStrings();
        assertEquals(iam.listUsers().users().size(), summary.get("Users"));
        assertEquals(5000, summary.get("UsersQuota"));
        refused("ReportNotPresent", 410, iam::getCredentialReport);
        iam.generateCredentialReport();
        var report = iam.getCredentialReport().content().asString(StandardCharsets.UTF_8);
        assertTrue(report.startsWith("user,arn,user_creation_time,"), report);
        var lines = report.lines().toList();
        assertTrue(lines.stream().allMatch(each -> each.split(",", -1).length == 22), report);
        assertTrue(lines.stream().anyMatch(each -> each.startsWith("admin,")), report);
        var details = iam.getAccountAuthorizationDetailsPaginator(request -> request.maxItems(3));
        var reported = details.stream()
                .flatMap(page -> page.userDetailList().stream())
                .filter(user -> user.userName().equals("reported"))
                .toList();
        assertEquals(1, reported.size());
        assertEquals("see", reported.getFirst().userPolicyList().getFirst().policyName());
        var policies =
                details.stream().flatMap(page -> page.policies().stream()).toList();
        assertEquals(10, policies.size());
        assertNotEquals("", policies.getFirst().policyVersionList().getFirst().document());
    }

    @Test
    void anOpenIdProviderIsKept() {
        var arn = iam.createOpenIDConnectProvider(request -> request.url("https://login.example.com/realm")
                        .clientIDList("one")
                        .thumbprintList("a".repeat(40)))
                .openIDConnectProviderArn();
        assertEquals("arn:aws:iam::" + door.account() + ":oidc-provider/login.example.com/realm", arn);
        refused(
                "EntityAlreadyExists",
                409,
                () -> iam.createOpenIDConnectProvider(request -> request.url("https://login.example.com/realm")));
        refused(
                "ValidationError",
                400,
                () -> iam.createOpenIDConnectProvider(request -> request.url("http://login.example.com")));
        iam.addClientIDToOpenIDConnectProvider(
                request -> request.openIDConnectProviderArn(arn).clientID("two"));
        iam.removeClientIDFromOpenIDConnectProvider(
                request -> request.openIDConnectProviderArn(arn).clientID("one"));
        iam.updateOpenIDConnectProviderThumbprint(
                request -> request.openIDConnectProviderArn(arn).thumbprintList("b".repeat(40)));
        var provider = iam.getOpenIDConnectProvider(request -> request.openIDConnectProviderArn(arn));
        assertEquals(List.of("two"), provider.clientIDList());
        assertEquals(List.of("b".repeat(40)), provider.thumbprintList());
        assertTrue(iam.listSAMLProviders().samlProviderList().isEmpty());
        refused(
                "UnsupportedOperation",
                400,
                () -> iam.createSAMLProvider(request -> request.name("saml").samlMetadataDocument("x".repeat(1000))));
        iam.deleteOpenIDConnectProvider(request -> request.openIDConnectProviderArn(arn));
        refused(
                "NoSuchEntity",
                404,
                () -> iam.getOpenIDConnectProvider(request -> request.openIDConnectProviderArn(arn)));
    }

    private static AccessKey user(String name) {
        iam.createUser(request -> request.userName(name));
        return iam.createAccessKey(request -> request.userName(name)).accessKey();
    }

    private static String pem(KeyPair pair) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }
}
