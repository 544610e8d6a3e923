package io.coppice.testing.client;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import software.amazon.awssdk.core.waiters.WaiterOverrideConfiguration;
import software.amazon.awssdk.core.waiters.WaiterResponse;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.waiters.Ec2Waiter;

/** The SDK's waiters for what this cloud makes, each at the moment that it is made for. */
final class JavaSdkWaiters {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final String READS = """
            {"Version": "2012-10-17",
             "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}
            """;
    private static final String MACHINES = """
            {"Version": "2012-10-17",
             "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}
            """;

    private final JavaSdk sdk;
    private final String image;
    private final String name = Toolbox.uniqueName();

    JavaSdkWaiters(JavaSdk sdk, String image) {
        this.sdk = sdk;
        this.image = image;
    }

    void seeEveryState() {
        try (var waiter = sdk.ec2().waiter()) {
            sdk.ec2().createKeyPair(request -> request.keyName(name));
            seen(waiter.waitUntilKeyPairExists(request -> request.keyNames(name), JavaSdkWaiters::patiently));
            seen(waiter.waitUntilImageExists(request -> request.imageIds(image), JavaSdkWaiters::patiently));
            seen(waiter.waitUntilImageAvailable(request -> request.imageIds(image), JavaSdkWaiters::patiently));
            instance(waiter);
            sdk.ec2().deleteKeyPair(request -> request.keyName(name));
        }
        identities();
    }

    private void instance(Ec2Waiter waiter) {
        var instance = sdk.ec2()
                .runInstances(request -> request.imageId(image)
                        .instanceType("t3.micro")
                        .keyName(name)
                        .minCount(1)
                        .maxCount(1))
                .instances()
                .getFirst();
        var id = instance.instanceId();
        seen(waiter.waitUntilInstanceExists(request -> request.instanceIds(id), JavaSdkWaiters::patiently));
        seen(waiter.waitUntilInstanceRunning(request -> request.instanceIds(id), JavaSdkWaiters::patiently));
        seen(waiter.waitUntilInstanceStatusOk(request -> request.instanceIds(id), JavaSdkWaiters::patiently));
        seen(waiter.waitUntilSystemStatusOk(request -> request.instanceIds(id), JavaSdkWaiters::patiently));
        network(waiter, instance);
        volume(waiter, instance.placement().availabilityZone());
        sdk.ec2().stopInstances(request -> request.instanceIds(id));
        seen(waiter.waitUntilInstanceStopped(request -> request.instanceIds(id), JavaSdkWaiters::patiently));
        sdk.ec2().terminateInstances(request -> request.instanceIds(id));
        seen(waiter.waitUntilInstanceTerminated(request -> request.instanceIds(id), JavaSdkWaiters::patiently));
    }

    private void network(Ec2Waiter waiter, Instance instance) {
        seen(waiter.waitUntilVpcExists(request -> request.vpcIds(instance.vpcId()), JavaSdkWaiters::patiently));
        seen(waiter.waitUntilVpcAvailable(request -> request.vpcIds(instance.vpcId()), JavaSdkWaiters::patiently));
        seen(waiter.waitUntilSubnetAvailable(
                request -> request.subnetIds(instance.subnetId()), JavaSdkWaiters::patiently));
        var group = instance.securityGroups().getFirst().groupId();
        seen(waiter.waitUntilSecurityGroupExists(request -> request.groupIds(group), JavaSdkWaiters::patiently));
        var gateway = sdk.ec2()
                .describeInternetGateways()
                .internetGateways()
                .getFirst()
                .internetGatewayId();
        seen(waiter.waitUntilInternetGatewayExists(
                request -> request.internetGatewayIds(gateway), JavaSdkWaiters::patiently));
    }

    private void volume(Ec2Waiter waiter, String zone) {
        var id = sdk.ec2()
                .createVolume(request -> request.availabilityZone(zone).size(1))
                .volumeId();
        seen(waiter.waitUntilVolumeAvailable(request -> request.volumeIds(id), JavaSdkWaiters::patiently));
        sdk.ec2().deleteVolume(request -> request.volumeId(id));
        seen(waiter.waitUntilVolumeDeleted(request -> request.volumeIds(id), JavaSdkWaiters::patiently));
    }

    private void identities() {
        var iam = sdk.iam();
        try (var waiter = iam.waiter()) {
            iam.createUser(request -> request.userName(name));
            seen(waiter.waitUntilUserExists(request -> request.userName(name), JavaSdkWaiters::patiently));
            iam.deleteUser(request -> request.userName(name));
            var policy = iam.createPolicy(request -> request.policyName(name).policyDocument(READS))
                    .policy()
                    .arn();
            seen(waiter.waitUntilPolicyExists(request -> request.policyArn(policy), JavaSdkWaiters::patiently));
            iam.deletePolicy(request -> request.policyArn(policy));
            iam.createRole(request -> request.roleName(name).assumeRolePolicyDocument(MACHINES));
            seen(waiter.waitUntilRoleExists(request -> request.roleName(name), JavaSdkWaiters::patiently));
            iam.createInstanceProfile(request -> request.instanceProfileName(name));
            seen(waiter.waitUntilInstanceProfileExists(
                    request -> request.instanceProfileName(name), JavaSdkWaiters::patiently));
            iam.deleteInstanceProfile(request -> request.instanceProfileName(name));
            iam.deleteRole(request -> request.roleName(name));
        }
    }

    private static void patiently(WaiterOverrideConfiguration.Builder waiting) {
        waiting.waitTimeout(LIMIT)
                .maxAttempts((int) LIMIT.dividedBy(PAUSE))
                .backoffStrategyV2(BackoffStrategy.fixedDelay(PAUSE));
    }

    private static void seen(WaiterResponse<?> response) {
        assertTrue(response.attemptsExecuted() > 0, () -> "not asked: " + response);
    }
}
