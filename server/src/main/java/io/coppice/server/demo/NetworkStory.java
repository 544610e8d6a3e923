package io.coppice.server.demo;

import io.coppice.server.cli.Steps;
import io.coppice.server.demo.InstanceStory.GuestShell;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DomainType;

/** What a user does to reach instances in a VPC: a security group that lets SSH in, and an elastic address that moves. */
final class NetworkStory {
    private static final int SSH = 22;
    /** From the answer of the API to the first packet that takes the new way, on a machine that does other work too. */
    private static final Duration MOVE_LIMIT = Duration.ofSeconds(30);

    private final Steps steps;
    private final Ec2Client ec2;
    private final String name;
    private final Deque<Runnable> cleanUps;

    NetworkStory(Steps steps, Ec2Client ec2, String name, Deque<Runnable> cleanUps) {
        this.steps = steps;
        this.ec2 = ec2;
        this.name = name;
        this.cleanUps = cleanUps;
    }

    /** A group of the default VPC; its id. */
    String groupForShell() throws Exception {
        var group = steps.run("a security group that lets SSH in", () -> {
            var made = ec2.createSecurityGroup(
                            request -> request.groupName(name).description("reached by SSH"))
                    .groupId();
            ec2.authorizeSecurityGroupIngress(
                    request -> request.groupId(made).ipPermissions(rule -> rule.ipProtocol("tcp")
                            .fromPort(SSH)
                            .toPort(SSH)
                            .ipRanges(range -> range.cidrIp("0.0.0.0/0"))));
            return made;
        });
        cleanUps.push(() -> ec2.deleteSecurityGroup(request -> request.groupId(group)));
        return group;
    }

    /** An elastic address that each of the instances has once, instead of the one that came with its launch; both lose it. */
    void moveAddress(GuestShell shell, List<String> ids) throws Exception {
        var address =
                steps.run("an elastic address", () -> ec2.allocateAddress(request -> request.domain(DomainType.VPC)));
        cleanUps.push(() -> ec2.releaseAddress(request -> request.allocationId(address.allocationId())));
        String association = "";
        for (var id : ids) {
            association = steps.run("it leads to " + id, () -> {
                var made = ec2.associateAddress(request -> request.allocationId(address.allocationId())
                                .instanceId(id)
                                .allowReassociation(true))
                        .associationId();
                // Who still talks to the instance that had the address waits for an answer that cannot come any more.
                Expect.eventually("who answers at " + address.publicIp(), MOVE_LIMIT, id, look -> shell.tryRun(
                                address.publicIp(), GuestShell.WHO_AM_I, look)
                        .orElse(""));
                return made;
            });
        }
        var last = association;
        steps.run("it is given back", () -> {
            ec2.disassociateAddress(request -> request.associationId(last));
            cleanUps.pop().run();
            return true;
        });
    }
}
