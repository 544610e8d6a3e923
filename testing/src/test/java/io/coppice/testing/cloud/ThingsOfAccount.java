package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.AccountUnderTest.text;
import static io.coppice.testing.cloud.Eventually.eventually;

import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.CertificateRequests;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.Pem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One of each resource that an account can have, by kind: the names and ids under which requests know them. */
final class ThingsOfAccount {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String PUBLIC_KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGdY4fPy3bK3nE5mDqv3vP0oYk3X6ZkSxV8yq5n3c9mB somebody";
    private static final String TRUST = """
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
             "Principal":{"Service":"ec2.amazonaws.com"}}}""";
    private static final String POLICY = """
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}}""";

    private final AccountUnderTest account;
    private final String mark;
    private final Map<String, String> names = new TreeMap<>();

    private ThingsOfAccount(AccountUnderTest account, String mark) {
        this.account = account;
        this.mark = mark;
    }

    /**
     * Makes them.
     *
     * @param mark stands in every name
     * @param image that anybody may launch from
     * @param folder for a certificate authority
     */
    static Map<String, String> make(AccountUnderTest account, String mark, String image, Path folder)
            throws IOException {
        var things = new ThingsOfAccount(account, mark);
        things.identities();
        things.certificate(folder);
        things.compute(image);
        return Map.copyOf(things.names);
    }

    private void identities() {
        var user = keep("user", "user-" + mark);
        keep("user-arn", text(iam("CreateUser", "UserName", user), "Arn"));
        keep("access-key", text(iam("CreateAccessKey", "UserName", user), "AccessKeyId"));
        iam("CreateGroup", "GroupName", keep("group", "group-" + mark));
        var role = keep("role", "role-" + mark);
        keep("role-arn", text(iam("CreateRole", "RoleName", role, "AssumeRolePolicyDocument", TRUST), "Arn"));
        keep("policy-arn", text(iam("CreatePolicy", "PolicyName", "policy-" + mark, "PolicyDocument", POLICY), "Arn"));
        var profile = keep("instance-profile", "profile-" + mark);
        keep("instance-profile-arn", text(iam("CreateInstanceProfile", "InstanceProfileName", profile), "Arn"));
        iam("AddRoleToInstanceProfile", "InstanceProfileName", profile, "RoleName", role);
        keep("mfa", text(iam("CreateVirtualMFADevice", "VirtualMFADeviceName", "device-" + mark), "SerialNumber"));
        keep(
                "oidc-provider",
                text(
                        iam(
                                "CreateOpenIDConnectProvider",
                                "Url",
                                "https://" + mark + ".example.com",
                                "ThumbprintList.member.1",
                                "0123456789012345678901234567890123456789"),
                        "OpenIDConnectProviderArn"));
        iam("CreateAccountAlias", "AccountAlias", keep("alias", "alias-" + mark));
    }

    private void certificate(Path folder) throws IOException {
        var authority = CertificateAuthority.openOrCreate(folder.resolve("authority-" + mark), Clock.systemUTC());
        var pair = CertificateAuthority.newKeyPair();
        var chain = authority.sign(CertificateRequests.create(pair), new PeerIdentity(PeerKind.WALRUS, "server"));
        var body = Pem.encode(List.of(chain.getFirst()));
        var key = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        iam(
                "UploadServerCertificate",
                "ServerCertificateName",
                keep("server-certificate", "certificate-" + mark),
                "CertificateBody",
                body,
                "PrivateKey",
                key);
        keep("signing-certificate", text(iam("UploadSigningCertificate", "CertificateBody", body), "CertificateId"));
    }

    private void compute(String image) {
        var pair = keep("key-pair", "pair-" + mark);
        var material = Base64.getEncoder().encodeToString(PUBLIC_KEY.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        keep("key-pair-id", text(ec2("ImportKeyPair", "KeyName", pair, "PublicKeyMaterial", material), "keyPairId"));
        var template = keep("launch-template", "template-" + mark);
        keep(
                "launch-template-id",
                text(
                        ec2(
                                "CreateLaunchTemplate",
                                "LaunchTemplateName",
                                template,
                                "LaunchTemplateData.ImageId",
                                image),
                        "launchTemplateId"));
        var group = keep("placement-group", "placement-" + mark);
        ec2("CreatePlacementGroup", "GroupName", group, "Strategy", "spread", "SpreadLevel", "host");
        keep("placement-group-id", text(ec2("DescribePlacementGroups"), "groupId"));
        var zone = text(ec2("DescribeAvailabilityZones"), "zoneName");
        var volume = keep("volume", text(ec2("CreateVolume", "AvailabilityZone", zone, "Size", "1"), "volumeId"));
        ec2("CreateTags", "ResourceId.1", volume, "Tag.1.Key", "mark", "Tag.1.Value", mark);
        var launched = ec2(
                "RunInstances",
                "ImageId",
                image,
                "InstanceType",
                "m1.small",
                "MinCount",
                "1",
                "MaxCount",
                "1",
                "KeyName",
                pair,
                "Placement.GroupName",
                group,
                "IamInstanceProfile.Name",
                names.getOrDefault("instance-profile", ""));
        keep("reservation", text(launched, "reservationId"));
        var instance = keep("instance", text(launched, "instanceId"));
        eventually(
                "a running instance",
                LIMIT,
                () -> ec2("DescribeInstances", "InstanceId.1", instance),
                answer -> answer.contains("<name>running</name>"));
        keep("network-interface", text(ec2("DescribeNetworkInterfaces"), "networkInterfaceId"));
        keep("profile-association", text(ec2("DescribeIamInstanceProfileAssociations"), "associationId"));
    }

    /** Ends what would go on to use the cloud. */
    static void end(AccountUnderTest account, Map<String, String> things) {
        account.ask("EC2", "TerminateInstances", Map.of("InstanceId.1", things.getOrDefault("instance", "")));
        account.ask("EC2", "DeleteVolume", Map.of("VolumeId", things.getOrDefault("volume", "")));
    }

    private String keep(String kind, String name) {
        if (name.isEmpty()) {
            throw new AssertionError("no name of a " + kind);
        }
        names.put(kind, name);
        return name;
    }

    private String iam(String action, String... namesAndValues) {
        return account.good("IAM", action, parameters(namesAndValues));
    }

    private String ec2(String action, String... namesAndValues) {
        return account.good("EC2", action, parameters(namesAndValues));
    }

    private static Map<String, String> parameters(String... namesAndValues) {
        var parameters = new TreeMap<String, String>();
        for (var i = 0; i < namesAndValues.length; i += 2) {
            parameters.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return parameters;
    }
}
