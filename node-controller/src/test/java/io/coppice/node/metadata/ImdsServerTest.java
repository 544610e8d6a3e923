package io.coppice.node.metadata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.InstanceProfile;
import io.coppice.proto.compute.v1.LocalDisk;
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.Metadata;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** If this failed, guests would not find their keys and user-data, or would read what is another's. */
class ImdsServerTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private final InstanceId instance = InstanceId.random();
    private ImdsServer server;

    @BeforeEach
    void listen() throws IOException {
        server = ImdsServer.listen("127.0.0.1", 0, "x86_64");
        server.publish(desired(false, true));
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "latest/meta-data/ami-id, ami-12345678",
        "latest/meta-data/local-ipv4, 127.0.0.1",
        "2021-03-23/meta-data/instance-type, m1.small",
        "latest/meta-data/placement/availability-zone, us-east-1a",
        "latest/meta-data/placement/region, us-east-1",
        "latest/meta-data/public-keys/, 0=dev",
        "latest/meta-data/public-keys/0/, openssh-key",
        "latest/meta-data/public-keys/0/openssh-key, ssh-ed25519 AAAA dev",
        "latest/meta-data/network/interfaces/macs/, 02:00:00:00:00:01/",
        "latest/meta-data/network/interfaces/macs/02:00:00:00:00:01/interface-id, eni-0123456789abcdef0",
        "latest/meta-data/network/interfaces/macs/02:00:00:00:00:01/ipv6s, fdc0:bb1c:1:1::a",
        "latest/meta-data/block-device-mapping/ephemeral0, sdb",
        "latest/meta-data/ipv6, fdc0:bb1c:1:1::a",
        "latest/meta-data/hostname, ip-127-0-0-1.internal"
    })
    void answersAsEc2Does(String path, String expected) throws Exception {
        var response = get(path);
        assertEquals(200, response.statusCode());
        assertEquals(expected, text(response));
    }

    @Test
    void listsFolders() throws Exception {
        assertEquals("dynamic/\nmeta-data/\nuser-data", text(get("latest/")));
        assertEquals(text(get("latest/meta-data")), text(get("latest/meta-data/")));
        assertTrue(text(get("latest/meta-data/")).contains("\nplacement/\n"));
        assertTrue(text(get("")).endsWith("\nlatest"));
    }

    @Test
    void givesTheCredentialsOfTheRoleOnlyToItsInstanceAndTakesThemBack() throws Exception {
        assertEquals(404, get("latest/meta-data/iam/").statusCode());
        var before = desired(false, true);
        var profile = InstanceProfile.newBuilder()
                .setArn("arn:aws:iam::111111111111:instance-profile/web")
                .setId("AIPAEXAMPLE")
                .setRoleName("web-role")
                .setAccessKeyId("ASIAEXAMPLE")
                .setSecretAccessKey("secret/1")
                .setSessionToken("token+2")
                .setIssuedAtSeconds(1_700_000_000)
                .setExpiresAtSeconds(1_700_021_600);
        server.publish(before.toBuilder()
                .setMetadata(before.getMetadata().toBuilder().setInstanceProfile(profile))
                .build());
        assertEquals("info\nsecurity-credentials/", text(get("latest/meta-data/iam/")));
        assertEquals("web-role", text(get("latest/meta-data/iam/security-credentials/")));
        assertEquals("""
                {
                  "Code" : "Success",
                  "LastUpdated" : "2023-11-14T22:13:20Z",
                  "Type" : "AWS-HMAC",
                  "AccessKeyId" : "ASIAEXAMPLE",
                  "SecretAccessKey" : "secret/1",
                  "Token" : "token+2",
                  "Expiration" : "2023-11-15T04:13:20Z"
                }""", text(get("latest/meta-data/iam/security-credentials/web-role")));
        assertTrue(text(get("latest/meta-data/iam/info"))
                .contains("\"InstanceProfileArn\" : \"arn:aws:iam::111111111111:instance-profile/web\""));
        server.publish(before);
        assertEquals(
                404, get("latest/meta-data/iam/security-credentials/web-role").statusCode());
    }

    @Test
    void givesUserDataByteForByte() throws Exception {
        assertArrayEquals(
                new byte[] {0, 1, (byte) 0xff}, get("latest/user-data").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest/meta-data/none", "latest/meta-data/ami-id/", "1999-01-01/meta-data/", "other"})
    void whatIsNotThereIsNotFound(String path) throws Exception {
        var response = get(path);
        assertEquals(404, response.statusCode());
        assertTrue(text(response).contains("<title>404 - Not Found</title>"));
    }

    @Test
    void strangersAndWithdrawnGuestsAreNotAnswered() throws Exception {
        server.withdraw(instance);
        assertEquals(404, get("latest/meta-data/ami-id").statusCode());
    }

    @Test
    void aTokenIsDemandedWhereTheInstanceSaysSo() throws Exception {
        server.publish(desired(true, true));
        assertEquals(401, get("latest/meta-data/ami-id").statusCode());
        var token = put("X-aws-ec2-metadata-token-ttl-seconds", "60");
        assertEquals(200, token.statusCode());
        assertEquals(
                "60",
                token.headers()
                        .firstValue("X-aws-ec2-metadata-token-ttl-seconds")
                        .orElse(""));
        assertEquals(
                200,
                get("latest/meta-data/ami-id", "X-aws-ec2-metadata-token", text(token))
                        .statusCode());
        assertEquals(
                401,
                get("latest/meta-data/ami-id", "X-aws-ec2-metadata-token", "wrong")
                        .statusCode());
    }

    @Test
    void aTokenOfAnotherInstanceIsWorthless() throws Exception {
        var token = text(put("X-aws-ec2-metadata-token-ttl-seconds", "60"));
        server.withdraw(instance);
        server.publish(desired(true, true).toBuilder()
                .setInstanceId(InstanceId.random().value())
                .build());
        assertEquals(
                401,
                get("latest/meta-data/ami-id", "X-aws-ec2-metadata-token", token)
                        .statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "21601", "x", "-1", "99999999"})
    void aTokensLifeIsBounded(String seconds) throws Exception {
        assertEquals(400, put("X-aws-ec2-metadata-token-ttl-seconds", seconds).statusCode());
    }

    @Test
    void proxiesGetNoToken() throws Exception {
        assertEquals(
                403,
                put("X-aws-ec2-metadata-token-ttl-seconds", "60", "X-Forwarded-For", "1.2.3.4")
                        .statusCode());
        assertEquals(400, put().statusCode());
    }

    @Test
    void aDisabledServiceIsForbidden() throws Exception {
        server.publish(desired(false, false));
        assertEquals(403, get("latest/meta-data/ami-id").statusCode());
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> put(String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri("latest/api/token")).PUT(HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:%d/%s".formatted(server.port(), path));
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private DesiredInstance desired(boolean tokenRequired, boolean enabled) {
        return DesiredInstance.newBuilder()
                .setInstanceId(instance.value())
                .setAccountId("123456789012")
                .setMachine(Machine.newBuilder()
                        .setInstanceType("m1.small")
                        .addLocalDisks(
                                LocalDisk.newBuilder().setName("ephemeral0").setDevice("/dev/sdb")))
                .setZone("us-east-1a")
                .addEndpoints(NetworkEndpoint.newBuilder()
                        .setNetworkInterfaceId("eni-0123456789abcdef0")
                        .setMac("02:00:00:00:00:01")
                        .setPrivateIpv4("127.0.0.1")
                        .addIpv6("fdc0:bb1c:1:1::a")
                        .setPrivateDnsName("ip-127-0-0-1.internal"))
                .setMetadata(Metadata.newBuilder()
                        .setImageId("ami-12345678")
                        .setRegion("us-east-1")
                        .setKeyName("dev")
                        .setPublicKey("ssh-ed25519 AAAA dev\n")
                        .setUserData(ByteString.copyFrom(new byte[] {0, 1, (byte) 0xff}))
                        .setTokenRequired(tokenRequired)
                        .setEnabled(enabled))
                .build();
    }
}
