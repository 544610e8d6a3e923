package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.absent.AbsentSubjects;
import io.coppice.testing.reference.DocumentedFilters;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * If this failed, a client of AWS would trip over the form of requests or answers. These are the traps in which clients of
 * earlier clouds were caught, over HTTP, by number:
 *
 * <ul>
 *   <li>1 one endpoint, 2 any scope, 3 region endpoints, 4 platforms, 7 filters, 8 pages, 9 dry runs, 11 codes: here
 *   <li>6 tags on create, 10 client tokens, 12 states, 13 read after write, 14 key pairs, 15 password and console, 16 images,
 *       17 fields of instances, 22 launch templates, 23 limits, 24 sizes of root disks: {@link Ec2InstanceTrapsTest}
 *   <li>5 and 21 security group rules, 18 dependencies, 24 subnets, routes and interfaces: {@link Ec2NetworkTrapsTest}
 *   <li>19 the metadata service: the node controller's own tests and {@link RealCloudTest}
 *   <li>20 chunked uploads with trailers: Walrus's own tests
 *   <li>25 Eucalyptus's account actions and the conditions of quotas: the Cloud Controller's own tests
 * </ul>
 */
@ExtendWith(ApiUnderTest.Resolver.class)
class Ec2RequestTrapsTest {
    private static final String IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15";

    private final ApiUnderTest api;

    Ec2RequestTrapsTest(ApiUnderTest api) {
        this.api = api;
    }

    @ParameterizedTest
    @CsvSource({
        "ec2, /, Action=DescribeRegions&Version=2016-11-15, DescribeRegionsResponse",
        "iam, /, Action=ListUsers&Version=2010-05-08, ListUsersResponse",
        "sts, /, " + IDENTITY + ", GetCallerIdentityResponse",
        // What ansible does: STS on the endpoint it was given for EC2, whatever the scope says.
        "127, /, " + IDENTITY + ", GetCallerIdentityResponse",
        "ec2, /services/compute, Action=DescribeRegions&Version=2016-11-15, DescribeRegionsResponse",
        "ec2, /services/Eucalyptus, Action=DescribeRegions&Version=2012-07-20, DescribeRegionsResponse",
        "iam, /services/Euare, Action=ListUsers&Version=2010-05-08, ListUsersResponse",
        "sts, /services/Tokens, " + IDENTITY + ", GetCallerIdentityResponse",
    })
    void trap1OneEndpointServesAll(String service, String path, String form, String root) {
        var answer = sign(api.requests().signedFor(service).at(path), form);
        assertTrue(answer.body().contains("<" + root + " "), answer::body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"us-east-1", "RegionOne", "eucalyptus", "127", ""})
    void trap2TheClientsOwnScopeIsTaken(String region) {
        var name = region.isEmpty() ? "x" : region;
        var requests = new SignedRequests(api.endpoint(), name).signedFor(name);
        assertEquals(
                200, sign(requests, "Action=DescribeRegions&Version=2016-11-15").status());
    }

    @Test
    void trap2SignatureVersion2IsTaken() {
        var signer =
                new LegacySigner(api.endpoint(), api.value("AWS_ACCESS_KEY_ID"), api.value("AWS_SECRET_ACCESS_KEY"));
        var parameters = Map.of(
                "Action", "DescribeInstances",
                "Version", "2014-10-01",
                "Filter.1.Name", "tag:Name",
                "Filter.1.Value.1", "a b*~/é");
        assertAll(
                () -> assertEquals(
                        200,
                        api.requests()
                                .get(signer.query("HmacSHA256", parameters))
                                .status()),
                () -> assertEquals(
                        200,
                        api.requests().get(signer.query("HmacSHA1", parameters)).status()),
                () -> assertEquals(
                        "AuthFailure",
                        api.requests()
                                .get(signer.query("HmacSHA256", parameters)
                                        .replace("DescribeInstances", "DescribeImages"))
                                .code()));
    }

    @Test
    void trap2TemporaryCredentialsSignByVersion2() {
        var account = AccountUnderTest.make(api, "legacy-" + System.nanoTime());
        var session = account.with(account.good("STS", "GetSessionToken", Map.of()));
        var signer = session.legacySigner();
        var parameters = new TreeMap<>(Map.of("Action", "DescribeInstances", "Version", "2014-10-01"));
        assertEquals(
                "AuthFailure",
                api.requests().get(signer.query("HmacSHA256", parameters)).code());
        parameters.put("SecurityToken", session.sessionToken());
        var query = signer.query("HmacSHA256", parameters);
        assertEquals(200, api.requests().get(query).status());
        parameters.put("SecurityToken", session.sessionToken() + "x");
        assertEquals(
                "AuthFailure",
                api.requests().get(signer.query("HmacSHA256", parameters)).code());
        var unsigned = query.replaceFirst("SecurityToken=[^&]*&", "") + "&SecurityToken="
                + ApiUnderTest.encode(session.sessionToken()) + "x";
        assertEquals("AuthFailure", api.requests().get(unsigned).code());
    }

    @Test
    void trap3TheRegionsEndpointIsTheOneTheClientCameBy() {
        var body = api.call("DescribeRegions").body();
        assertTrue(body.contains("<regionEndpoint>" + api.endpoint().getAuthority() + "</regionEndpoint>"), body);
    }

    @Test
    void trap4ThePlatformIsVpc() {
        var body = api.call("DescribeAccountAttributes", "AttributeName.1", "supported-platforms")
                .body();
        assertTrue(body.contains("<attributeValue>VPC</attributeValue>"), body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2009-11-30", "2012-07-20", "2014-10-01", "2016-11-15"})
    void answersComeInTheNamespaceThatWasAskedFor(String version) {
        var body = api.send(ApiUnderTest.form(version, "DescribeInstances")).body();
        assertTrue(body.contains("xmlns=\"http://ec2.amazonaws.com/doc/" + version + "/\""), body);
        assertTrue(body.contains("<reservationSet"), body);
    }

    @Test
    void trap7EveryDocumentedFilterIsKnown() {
        var wrong = new TreeMap<String, List<String>>();
        DocumentedFilters.read()
                .forEach((action, filters) -> filters.forEach(filter -> {
                    var answer = api.call(action, "Filter.1.Name", filter, "Filter.1.Value.1", "nothing-has-this");
                    if (answer.status() != 200 && !answer.code().equals("MissingParameter")) {
                        wrong.computeIfAbsent(action, any -> new ArrayList<>()).add(filter + " " + answer.code());
                    }
                }));
        assertEquals(Map.of(), wrong);
    }

    @Test
    void trap7AnUnknownFilterIsRefused() {
        var wrong = new TreeMap<String, String>();
        for (var action : DocumentedFilters.read().keySet()) {
            var answer = api.call(action, "Filter.1.Name", "colour", "Filter.1.Value.1", "red");
            if (!answer.code().equals("InvalidParameterValue")) {
                wrong.put(action, answer.status() + " " + answer.code());
            }
        }
        assertEquals(Map.of(), wrong);
    }

    @ParameterizedTest
    @CsvSource({
        "DescribeInstances, InstanceId.1, i-0123456789abcdef0, 4",
        "DescribeInstanceStatus, InstanceId.1, i-0123456789abcdef0, 4",
        "DescribeImages, ImageId.1, ami-0123456789abcdef0, 4",
        "DescribeVolumes, VolumeId.1, vol-0123456789abcdef0, 4",
        "DescribeInstanceTypes, InstanceType.1, m1.small, 4",
        "DescribeVpcs, VpcId.1, vpc-0123456789abcdef0, 4",
        "DescribeSubnets, SubnetId.1, subnet-0123456789abcdef0, 4",
        "DescribeSecurityGroups, GroupId.1, sg-0123456789abcdef0, 4",
        "DescribeLaunchTemplates, LaunchTemplateId.1, lt-0123456789abcdef0, 0",
    })
    void trap8PagesHaveLimits(String action, String idParameter, String id, int tooSmall) {
        assertAll(
                () -> assertEquals(
                        "InvalidParameterValue",
                        api.call(action, "MaxResults", String.valueOf(tooSmall)).code()),
                () -> assertEquals(
                        "InvalidParameterValue",
                        api.call(action, "MaxResults", "100000").code()),
                () -> assertEquals(
                        "InvalidParameterCombination",
                        api.call(action, "MaxResults", "10", idParameter, id).code()),
                () -> assertEquals(
                        "InvalidNextToken",
                        api.call(action, "NextToken", "made-up").code()));
    }

    @Test
    void trap8TokensAreOpaqueAndPagesComplete() {
        try (var ec2 = api.ec2()) {
            var all = ec2.describeInstanceTypes(request -> {}).instanceTypes().size();
            var paged = ec2.describeInstanceTypesPaginator(page -> page.maxResults(5)).instanceTypes().stream()
                    .map(each -> each.instanceTypeAsString())
                    .distinct()
                    .count();
            assertEquals(all, paged);
            var token = ec2.describeInstanceTypes(page -> page.maxResults(5)).nextToken();
            assertFalse(token.contains("."), "a name is seen in " + token);
            assertEquals(
                    "InvalidNextToken",
                    api.call("DescribeInstances", "NextToken", token).code(),
                    "a token of another action is taken");
        }
    }

    @Test
    void trap9EveryActionHasADryRun() {
        var actions = new ArrayList<String>(AbsentSubjects.actions());
        actions.addAll(
                List.of("RunInstances", "TerminateInstances", "CreateVolume", "CreateTags", "ModifyVpcAttribute"));
        actions.addAll(DocumentedFilters.read().keySet());
        var wrong = new TreeMap<String, String>();
        for (var action : actions) {
            var answer = api.call(action, "DryRun", "true");
            if (answer.status() != 412 || !answer.code().equals("DryRunOperation")) {
                wrong.put(action, answer.status() + " " + answer.code());
            }
        }
        // Networks cannot be changed yet.
        wrong.remove("ModifyVpcAttribute");
        assertEquals(Map.of(), wrong);
        assertEquals(
                "InvalidParameterValue",
                api.call("DescribeRegions", "DryRun", "maybe").code());
    }

    @ParameterizedTest
    @CsvSource({
        "DescribeInstances&InstanceId.1=i-0123456789abcdef0, InvalidInstanceID.NotFound",
        "DescribeInstances&InstanceId.1=i-x, InvalidInstanceID.Malformed",
        "DescribeImages&ImageId.1=ami-0123456789abcdef0, InvalidAMIID.NotFound",
        "DescribeImages&ImageId.1=image, InvalidAMIID.Malformed",
        "DescribeKeyPairs&KeyName.1=nobody, InvalidKeyPair.NotFound",
        "DescribeSecurityGroups&GroupName.1=nothing, InvalidGroup.NotFound",
        "DescribeVolumes&VolumeId.1=vol-0123456789abcdef0, InvalidVolume.NotFound",
        "DescribeSnapshots&SnapshotId.1=snap-0123456789abcdef0, InvalidSnapshot.NotFound",
        "DescribeVpcs&VpcId.1=vpc-0123456789abcdef0, InvalidVpcID.NotFound",
        "DescribeNetworkInterfaces&NetworkInterfaceId.1=eni-0123456789abcdef0, InvalidNetworkInterfaceID.NotFound",
        "DescribeNatGateways&NatGatewayId.1=nat-0123456789abcdef0, NatGatewayNotFound",
        "DescribeSpotInstanceRequests&SpotInstanceRequestId.1=sir-1, InvalidSpotInstanceRequestID.NotFound",
        "DescribeLaunchTemplates&LaunchTemplateId.1=lt-0123456789abcdef0, InvalidLaunchTemplateId.NotFound",
        "DescribeLaunchTemplates&LaunchTemplateId.1=lt-x, InvalidLaunchTemplateId.Malformed",
        "DescribeLaunchTemplates&LaunchTemplateName.1=none, InvalidLaunchTemplateName.NotFoundException",
        "DescribePlacementGroups&GroupName.1=none, InvalidPlacementGroup.Unknown",
        "RunInstances&MinCount=1&MaxCount=1, MissingParameter",
        "DescribeInstances&Colour=red, UnknownParameter",
        "RequestSpotInstances, UnsupportedOperation",
        "MakeCoffee, InvalidAction",
    })
    void trap11CodesAreThoseThatClientsWaitFor(String query, String code) {
        assertEquals(code, api.send("Version=2016-11-15&Action=" + query).code());
    }

    @Test
    void everySubjectThatIsNotThereAnswersAnEmptyListOrAsksForMore() {
        var wrong = new TreeMap<String, String>();
        for (var action : AbsentSubjects.actions()) {
            var answer = api.call(action);
            var fine = answer.status() == 200 && answer.body().contains("/>")
                    || answer.code().equals("MissingParameter")
                    || answer.code().equals("InvalidSpotDatafeed.NotFound");
            if (!fine) {
                wrong.put(action, answer.status() + " " + answer.code());
            }
        }
        assertEquals(Map.of(), wrong);
    }

    private SignedRequests.Answer sign(SignedRequests requests, String form) {
        return requests.send(
                form, api.value("AWS_ACCESS_KEY_ID"), api.value("AWS_SECRET_ACCESS_KEY"), Clock.systemUTC());
    }
}
