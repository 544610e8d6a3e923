package io.coppice.cloud.image;

import static io.coppice.cloud.front.TestRequests.ALICE;
import static io.coppice.cloud.image.ImageFixture.code;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.store.TestDatabase;
import io.coppice.cloud.volume.Snapshots.Progress;
import io.coppice.foundation.id.ImageId;
import io.coppice.foundation.role.RoleStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.ResourceType;

/** If this fails, an image that nobody trusted has signed is launched where it must not be, or a signed one is not. */
@SuppressWarnings("unchecked") // The SDK's builders take generic varargs.
class SignedImagesTest {
    private static final TestDatabase DATABASE = ImageFixture.startDatabase();
    private static final byte[] DIGEST = HexFormat.of().parseHex(ReadyBytes.CONTENT.sha256());

    @TempDir
    private Path folder;

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("image", "image_launch_permission", "image_disk", "tag");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "Ed25519"})
    void anImageSignedWithATrustedKeyCanBeLaunchedAndTellsTheKey(String algorithm) throws Exception {
        var key = key(algorithm);
        var cloud = cloud(SignatureRule.REGISTER, key(algorithm).getPublic(), key.getPublic());
        var id = register(cloud, sign(key, DIGEST));
        assertEquals("available", state(cloud, id));
        assertEquals(id, cloud.images.forLaunch(ALICE, id).id());
        var shown = cloud.describe(id);
        assertEquals(true, shown.imageAllowed());
        assertTrue(
                shown.tags().stream()
                        .anyMatch(tag -> tag.key().equals("aws:coppice:signed-by")
                                && tag.value().equals(TrustedKeys.fingerprint(key.getPublic()))),
                shown.tags().toString());
        var copy = cloud.copy(id);
        cloud.keeper.pin(cloud.store.find(copy).orElseThrow());
        assertEquals(copy, cloud.images.forLaunch(ALICE, copy).id(), "the copy of signed bytes is signed");
        assertEquals(List.of("true"), facts(cloud, id));
    }

    @Test
    void aSignatureOfOtherBytesOrByAnotherKeyFailsTheImage() throws Exception {
        var key = key("EC");
        var cloud = cloud(SignatureRule.NONE, key.getPublic());
        var other = DIGEST.clone();
        other[0] ^= 1;
        for (var signature : List.of(sign(key, other), sign(key("EC"), DIGEST), sign(key("Ed25519"), DIGEST), "AAAA")) {
            var id = register(cloud, signature);
            assertEquals("failed", state(cloud, id), signature);
            assertEquals("InvalidAMIID.Unavailable", code(() -> cloud.images.forLaunch(ALICE, id)));
            empty();
        }
        assertEquals("InvalidParameterValue", code(() -> register(cloud, "no base64!")));
    }

    @Test
    void withoutARuleEverythingIsLaunched() throws Exception {
        var cloud = cloud(SignatureRule.NONE, key("EC").getPublic());
        var id = cloud.register(request -> {});
        assertEquals(id, cloud.images.forLaunch(ALICE, id).id());
        assertEquals(true, cloud.describe(id).imageAllowed());
        assertEquals(List.of("false"), facts(cloud, id), "policies of accounts can ask all the same");
    }

    @Test
    void whereLaunchesNeedASignatureTheOthersCanBeRegisteredAndRead() throws Exception {
        var cloud = cloud(SignatureRule.LAUNCH, key("EC").getPublic());
        var id = cloud.register(request -> {});
        assertEquals("OperationNotPermitted", code(() -> cloud.images.forLaunch(ALICE, id)));
        assertEquals(id, cloud.images.forReading(ALICE, id).id());
        assertEquals(false, cloud.describe(id).imageAllowed());
        assertEquals(
                List.of(),
                cloud.describe(request ->
                        request.filters(filter -> filter.name("image-allowed").values("true"))));
    }

    @Test
    void whereImagesNeedASignatureNoOtherIsRegistered() throws Exception {
        var cloud = cloud(SignatureRule.REGISTER, key("EC").getPublic());
        assertEquals("OperationNotPermitted", code(() -> cloud.register(request -> {})));
        cloud.snapshots.have("snap-00000000000000001", ALICE, 1, Progress.COMPLETED);
        assertEquals(
                "OperationNotPermitted",
                code(() -> cloud.register(
                        request -> request.imageLocation(null).blockDeviceMappings(root -> root.deviceName("/dev/sda1")
                                .ebs(ebs -> ebs.snapshotId("snap-00000000000000001"))))));
        assertTrue(cloud.describe(request -> {}).isEmpty());
    }

    @Test
    void aKeyThatIsTrustedNoMoreTakesItsImagesWithIt() throws Exception {
        var key = key("EC");
        var id = register(cloud(SignatureRule.LAUNCH, key.getPublic()), sign(key, DIGEST));
        var later = cloud(SignatureRule.LAUNCH, key("EC").getPublic());
        assertEquals("OperationNotPermitted", code(() -> later.images.forLaunch(ALICE, id)));
        assertFalse(later.describe(id).imageAllowed());
    }

    @Test
    void imagesThatComeWithTheCloudNeedNoSignature() throws Exception {
        var trust = cloud(SignatureRule.REGISTER, key("EC").getPublic()).store.trust();
        assertTrue(trust.allowsLaunch(new Provenance(true, "")));
        assertFalse(trust.allowsLaunch(Provenance.NONE));
    }

    @Test
    void keysOfOtherKindsAndRulesWithoutKeysStopTheStart() throws Exception {
        for (var algorithm : List.of("RSA", "X25519")) {
            var wrong = key(algorithm).getPublic();
            assertThrows(RoleStartException.class, () -> cloud(SignatureRule.NONE, wrong));
        }
        var large = KeyPairGenerator.getInstance("EC");
        large.initialize(384);
        assertThrows(
                RoleStartException.class,
                () -> cloud(SignatureRule.NONE, large.generateKeyPair().getPublic()));
        assertThrows(RoleStartException.class, () -> cloud(SignatureRule.NONE));
        assertThrows(
                RoleStartException.class,
                () -> new ImageFixture(DATABASE, new TestImageConfig(Optional.empty(), SignatureRule.LAUNCH)));
    }

    @Test
    void whatOpensslSignsIsUnderstood() throws Exception {
        // Made by: openssl ecparam -name prime256v1 -genkey -noout -out key; openssl ec -in key -pubout;
        // printf image | openssl dgst -sha256 -sign key | base64 -w0
        var keys = TrustedKeys.parse(OpensslSample.PUBLIC_KEY);
        assertTrue(keys.signer(OpensslSample.SHA256, OpensslSample.SIGNATURE).isPresent());
        assertTrue(keys.signer("00".repeat(32), OpensslSample.SIGNATURE).isEmpty());
    }

    private ImageFixture cloud(SignatureRule rule, PublicKey... trusted) throws IOException {
        var pem = new StringBuilder();
        for (var key : trusted) {
            pem.append("-----BEGIN PUBLIC KEY-----\n")
                    .append(Base64.getMimeEncoder().encodeToString(key.getEncoded()))
                    .append("\n-----END PUBLIC KEY-----\n");
        }
        var file = Files.writeString(folder.resolve("trusted.pem"), pem);
        return new ImageFixture(DATABASE, new TestImageConfig(Optional.of(file), rule));
    }

    private static ImageId register(ImageFixture cloud, String signature) {
        return cloud.register(request -> request.tagSpecifications(
                specification -> specification.resourceType(ResourceType.IMAGE).tags(tag -> tag.key("coppice:signature")
                        .value(signature))));
    }

    private static String state(ImageFixture cloud, ImageId id) {
        return cloud.describe(id).stateAsString();
    }

    private static List<String> facts(ImageFixture cloud, ImageId id) {
        return new ImageFacts(cloud.store)
                .of(ALICE, Set.of(id.value()))
                .getOrDefault(id.value(), Map.of())
                .getOrDefault("ec2:imagesigned", List.of());
    }

    private static KeyPair key(String algorithm) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(256);
        }
        return generator.generateKeyPair();
    }

    private static String sign(KeyPair key, byte[] digest) throws GeneralSecurityException {
        var signer = Signature.getInstance(key.getPublic().getAlgorithm().equals("EC") ? "NONEwithECDSA" : "Ed25519");
        signer.initSign(key.getPrivate());
        signer.update(Arrays.copyOf(digest, digest.length));
        return Base64.getEncoder().encodeToString(signer.sign());
    }
}
