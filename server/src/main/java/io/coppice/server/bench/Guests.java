package io.coppice.server.bench;

import io.coppice.server.OperatorException;
import io.coppice.server.process.Waiting;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceType;

/** Launches and removes the instances that are measured: the smallest type, which the guest by hand is like. */
record Guests(Ec2Client ec2, String image) {
    /** MiB of memory of {@link #TYPE}, for the guest by hand. */
    static final InstanceType TYPE = InstanceType.T1_MICRO;

    private static final int SSH = 22;
    private static final Duration STATE_LIMIT = Duration.ofMinutes(3);

    String launch(String... groups) {
        return ec2.runInstances(request -> request.imageId(image)
                        .instanceType(TYPE)
                        .securityGroupIds(groups)
                        .minCount(1)
                        .maxCount(1))
                .instances()
                .getFirst()
                .instanceId();
    }

    /** A security group of the default VPC that lets SSH in; its id. */
    String groupForShell() {
        var group = ec2.createSecurityGroup(
                        request -> request.groupName("coppice-bench").description("reached by SSH"))
                .groupId();
        ec2.authorizeSecurityGroupIngress(request -> request.groupId(group)
                .ipProtocol("tcp")
                .fromPort(SSH)
                .toPort(SSH)
                .cidrIp("0.0.0.0/0"));
        return group;
    }

    void removeGroup(String group) {
        ec2.deleteSecurityGroup(request -> request.groupId(group));
    }

    Instance find(String id) {
        return ec2.describeInstances(request -> request.instanceIds(id))
                .reservations()
                .getFirst()
                .instances()
                .getFirst();
    }

    void awaitState(String id, String state) {
        if (!Waiting.until(STATE_LIMIT, () -> find(id).state().nameAsString().equals(state))) {
            throw new OperatorException(
                    id + " is not " + state + " but " + find(id).state().nameAsString(),
                    "Read cloud-controller.log and node-controller.log (coppice logs).");
        }
    }

    void remove(List<String> ids) {
        if (!ids.isEmpty()) {
            ec2.terminateInstances(request -> request.instanceIds(ids));
            ids.forEach(id -> awaitState(id, "terminated"));
        }
    }
}
