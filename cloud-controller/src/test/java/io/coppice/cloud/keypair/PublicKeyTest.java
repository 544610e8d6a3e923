package io.coppice.cloud.keypair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this fails, users cannot log in with keys that they imported or made, or clients see wrong fingerprints. */
class PublicKeyTest {
    @TempDir
    Path folder;

    private static PublicKey parse(String text) {
        return PublicKey.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private String run(String... command) throws IOException, InterruptedException {
        var output = folder.resolve("output");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "ssh-keygen did not end");
        assertEquals(0, process.exitValue(), Files.readString(output));
        return Files.readString(output);
    }

    private static void assumeSshKeygen() {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/ssh-keygen")),
                "ssh-keygen (package openssh-client) is not installed");
    }

    @Test
    void readsWhatSshKeygenWritesInEveryForm() throws Exception {
        assumeSshKeygen();
        for (var type : new String[] {"rsa", "ed25519"}) {
            var file = folder.resolve(type);
            run("/usr/bin/ssh-keygen", "-q", "-t", type, "-N", "", "-C", "me@home and more", "-f", file.toString());
            var line = Files.readString(Path.of(file + ".pub"));
            var key = parse(line);
            assertEquals(type, key.type());
            assertTrue(line.startsWith(key.line() + " "));
            assertEquals(key, parse(run("/usr/bin/ssh-keygen", "-e", "-m", "RFC4716", "-f", file.toString())));
            if (type.equals("rsa")) {
                var pem = run("/usr/bin/ssh-keygen", "-e", "-m", "PKCS8", "-f", file.toString());
                assertEquals(key, parse(pem));
                var der = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
                assertEquals(key, parse(der));
                var md5 = MessageDigest.getInstance("MD5")
                        .digest(Base64.getDecoder().decode(der));
                assertEquals(HexFormat.ofDelimiter(":").formatHex(md5), key.fingerprint());
            } else {
                var shown = run("/usr/bin/ssh-keygen", "-l", "-f", file.toString());
                assertTrue(shown.contains("SHA256:" + key.fingerprint().replace("=", "")), shown);
            }
        }
    }

    @Test
    void sshKeygenReadsThePrivateKeysThatWeMake() throws Exception {
        assumeSshKeygen();
        for (var made : new KeyMaterial[] {KeyMaterial.rsa(), KeyMaterial.ed25519()}) {
            var file = Files.writeString(folder.resolve("made"), made.privateKeyPem() + "\n");
            Files.setPosixFilePermissions(file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
            assertEquals(
                    made.publicKey().line(),
                    run("/usr/bin/ssh-keygen", "-y", "-f", file.toString()).strip());
            Files.delete(file);
        }
    }

    @Test
    void fingerprintOfMadeRsaKeyIsThatOfItsPkcs8Form() throws Exception {
        var made = KeyMaterial.rsa();
        assertTrue(made.privateKeyPem().startsWith("-----BEGIN RSA PRIVATE KEY-----"));
        var pkcs1 = Base64.getMimeDecoder().decode(made.privateKeyPem().replaceAll("-----[A-Z ]+-----", ""));
        var pkcs8 = new PrivateKeyInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                        ASN1Sequence.getInstance(pkcs1))
                .getEncoded("DER");
        KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        var sha1 = MessageDigest.getInstance("SHA-1").digest(pkcs8);
        assertEquals(HexFormat.ofDelimiter(":").formatHex(sha1), made.fingerprint());
        assertTrue(KeyMaterial.ed25519().privateKeyPem().startsWith("-----BEGIN OPENSSH PRIVATE KEY-----"));
    }

    @Test
    void refusesWhatIsNoKeyAndNeverBreaks() {
        var good = KeyMaterial.ed25519().publicKey().line();
        var bad = new String[] {
            "",
            "hello",
            "ssh-rsa",
            "ssh-rsa AAAA",
            good.replace("ssh-ed25519", "ssh-rsa"),
            good + "\n" + good,
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY=",
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
            "x".repeat(20_000)
        };
        for (var text : bad) {
            assertEquals(
                    "InvalidKey.Format",
                    assertThrows(AwsException.class, () -> parse(text)).code(),
                    text);
        }
    }

    @Test
    void damagedKeysAreRefusedOrReadButNeverAFault() {
        var random = new Random(7);
        var blob =
                Base64.getDecoder().decode(KeyMaterial.rsa().publicKey().line().split(" ")[1]);
        for (var i = 0; i < 2000; i++) {
            var damaged = blob.clone();
            damaged[random.nextInt(40)] = (byte) random.nextInt(256);
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            try {
                parse("ssh-rsa " + Base64.getEncoder().encodeToString(damaged));
            } catch (AwsException e) {
                assertEquals("InvalidKey.Format", e.code());
            }
        }
    }
}
