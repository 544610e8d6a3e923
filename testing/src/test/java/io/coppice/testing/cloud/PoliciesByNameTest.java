package io.coppice.testing.cloud;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a user could evade a policy about a resource by calling it by its name where the policy has its id, by its
 * id where it has the name, or by a launch template that names it.
 */
@ExtendWith(ApiUnderTest.Resolver.class)
class PoliciesByNameTest {
    private final ApiUnderTest api;
    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private int users;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    PoliciesByNameTest(ApiUnderTest api) {
        this.api = api;
    }

    @Test
    void aPolicyHoldsHoweverARequestNamesTheResource() throws IOException {
        var account = AccountUnderTest.make(api, "names-" + mark);
        var things = ThingsOfAccount.make(account, mark, api.image(), folder);
        var launch = Map.of("ImageId", api.image(), "MinCount", "1", "MaxCount", "1");
        var group = AccountUnderTest.text(account.good("EC2", "DescribeSecurityGroups", Map.of()), "groupId");
        try {
            var template = things.getOrDefault("launch-template-id", "");
            var deny = "arn:aws:ec2:*:*:launch-template/" + template;
            var byName = Map.of("LaunchTemplateName", things.getOrDefault("launch-template", ""));
            var pair = "arn:aws:ec2:*:*:key-pair/" + things.getOrDefault("key-pair", "");
            var placement = "arn:aws:ec2:*:*:placement-group/" + things.getOrDefault("placement-group", "");
            var profile = things.getOrDefault("instance-profile-arn", "");
            assertAll(
                    refused(account, deny, "DeleteLaunchTemplate", byName),
                    refused(account, deny, "ModifyLaunchTemplate", with(byName, "SetDefaultVersion", "1")),
                    refused(
                            account,
                            deny,
                            "CreateLaunchTemplateVersion",
                            with(byName, "LaunchTemplateData.KeyName", "x")),
                    refused(
                            account,
                            deny,
                            "DeleteLaunchTemplateVersions",
                            with(byName, "LaunchTemplateVersion.1", "1")),
                    refused(
                            account,
                            deny,
                            "RunInstances",
                            with(
                                    launch,
                                    "LaunchTemplate.LaunchTemplateName",
                                    things.getOrDefault("launch-template", ""))),
                    refused(
                            account,
                            pair,
                            "DeleteKeyPair",
                            Map.of("KeyPairId", things.getOrDefault("key-pair-id", ""))),
                    refused(account, pair, "DeleteKeyPair", Map.of("KeyName", things.getOrDefault("key-pair", ""))),
                    refused(
                            account,
                            pair,
                            "RunInstances",
                            with(launch, "KeyName", things.getOrDefault("key-pair", ""))),
                    refused(
                            account,
                            placement,
                            "RunInstances",
                            with(launch, "Placement.GroupId", things.getOrDefault("placement-group-id", ""))),
                    refused(
                            account,
                            placement,
                            "RunInstances",
                            with(launch, "Placement.GroupName", things.getOrDefault("placement-group", ""))),
                    refused(
                            account,
                            "arn:aws:ec2:*:*:security-group/" + group,
                            "RunInstances",
                            with(launch, "SecurityGroup.1", "default")),
                    () -> assertRefused(
                            denying(account, "*", "ArnEquals", "ec2:InstanceProfile", profile),
                            "RunInstances",
                            with(launch, "IamInstanceProfile.Name", things.getOrDefault("instance-profile", ""))),
                    () -> assertRefused(
                            denying(account, "*", "ArnLike", "ec2:PlacementGroup", placement),
                            "RunInstances",
                            with(launch, "Placement.GroupId", things.getOrDefault("placement-group-id", ""))));
        } finally {
            ThingsOfAccount.end(account, things);
        }
    }

    @Test
    void whatLooksLikeAnIdIsStillAName() throws IOException {
        var account = AccountUnderTest.make(api, "alike-" + mark);
        var things = ThingsOfAccount.make(account, mark, api.image(), folder);
        try {
            var pairId = things.getOrDefault("key-pair-id", "");
            var templateId = things.getOrDefault("launch-template-id", "");
            account.good("EC2", "CreateKeyPair", Map.of("KeyName", pairId));
            account.good(
                    "EC2",
                    "CreateLaunchTemplate",
                    Map.of("LaunchTemplateName", templateId, "LaunchTemplateData.ImageId", api.image()));
            assertAll(
                    refused(
                            account,
                            "arn:aws:ec2:*:*:key-pair/" + things.getOrDefault("key-pair", ""),
                            "DeleteKeyPair",
                            Map.of("KeyPairId", pairId)),
                    refused(
                            account,
                            "arn:aws:ec2:*:*:launch-template/" + templateId,
                            "DeleteLaunchTemplate",
                            Map.of("LaunchTemplateId", templateId)));
            // The template that is only called so has another id, so this is nothing the policy speaks of.
            var user = denying(account, "arn:aws:ec2:*:*:launch-template/" + templateId);
            user.good("EC2", "DeleteLaunchTemplate", Map.of("LaunchTemplateName", templateId));
        } finally {
            ThingsOfAccount.end(account, things);
        }
    }

    @Test
    void aLaunchTemplateIsAskedForAsAWhole() throws IOException {
        var account = AccountUnderTest.make(api, "templates-" + mark);
        var things = ThingsOfAccount.make(account, mark, api.image(), folder);
        var byName = Map.of(
                "LaunchTemplate.LaunchTemplateName",
                things.getOrDefault("launch-template", ""),
                "MinCount",
                "1",
                "MaxCount",
                "1");
        try {
            var id = things.getOrDefault("launch-template-id", "");
            var only = account.user("only-" + mark, """
                    {"Version":"2012-10-17","Statement":[
                     {"Effect":"Allow","Action":["ec2:Describe*","ec2:TerminateInstances"],"Resource":"*"},
                     {"Effect":"Allow","Action":"ec2:RunInstances","Resource":"*","Condition":{
                       "ArnLike":{"ec2:LaunchTemplate":"arn:aws:ec2:*:*:launch-template/%s"},
                       "Bool":{"ec2:IsLaunchTemplateResource":"true"}}}]}""".formatted(id));
            assertAll(
                    () -> assertRefused(
                            only, "RunInstances", Map.of("ImageId", api.image(), "MinCount", "1", "MaxCount", "1")),
                    () -> assertRefused(only, "RunInstances", with(byName, "ImageId", api.image())),
                    () -> assertRefused(only, "RunInstances", with(byName, "InstanceType", "m1.small")));
            var would = only.ask("EC2", "RunInstances", with(byName, "DryRun", "true"));
            assertEquals("412 DryRunOperation", would.status() + " " + would.code(), would.body());
            var launched = only.good("EC2", "RunInstances", byName);
            var instance = AccountUnderTest.text(launched, "instanceId");
            var tags = account.good(
                    "EC2", "DescribeTags", Map.of("Filter.1.Name", "resource-id", "Filter.1.Value.1", instance));
            account.good("EC2", "TerminateInstances", Map.of("InstanceId.1", instance));
            assertAll(
                    () -> assertTrue(tags.contains("<key>aws:ec2launchtemplate:id</key>"), tags),
                    () -> assertTrue(tags.contains("<value>" + id + "</value>"), tags),
                    () -> assertTrue(tags.contains("<key>aws:ec2launchtemplate:version</key>"), tags));
        } finally {
            ThingsOfAccount.end(account, things);
        }
    }

    private Executable refused(AccountUnderTest account, String arn, String action, Map<String, String> parameters) {
        return () -> assertRefused(denying(account, arn), action, parameters);
    }

    private static void assertRefused(AccountUnderTest user, String action, Map<String, String> parameters) {
        var asked = new HashMap<>(parameters);
        asked.put("DryRun", "true");
        var answer = user.ask("EC2", action, asked);
        assertEquals("403 UnauthorizedOperation", answer.status() + " " + answer.code(), action + " " + parameters);
    }

    /** A user who may do everything but touch one resource. */
    private AccountUnderTest denying(AccountUnderTest account, String arn) {
        return user(account, arn, "");
    }

    private AccountUnderTest denying(AccountUnderTest account, String arn, String operator, String key, String value) {
        return user(account, arn, """
                ,"Condition":{"%s":{"%s":"%s"}}""".formatted(operator, key, value));
    }

    private AccountUnderTest user(AccountUnderTest account, String arn, String condition) {
        return account.user("user-" + mark + "-" + ++users, """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
                 {"Effect":"Deny","Action":"*","Resource":"%s"%s}]}""".formatted(arn, condition));
    }

    private static Map<String, String> with(Map<String, String> parameters, String name, String value) {
        var all = new HashMap<>(parameters);
        all.put(name, value);
        return all;
    }
}
