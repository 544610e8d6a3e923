package io.coppice.cloud.network.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.network.NetworkFixture;
import io.coppice.cloud.store.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclEntryResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NetworkAcl;
import software.amazon.awssdk.services.ec2.model.PortRange;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclAssociationResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryResponse;
import software.amazon.awssdk.services.ec2.model.RuleAction;

/** If this fails, subnets are open or closed to what their ACL does not say. */
class AclActionsTest {
    private static final TestDatabase DATABASE = NetworkFixture.database();

    private final NetworkFixture cloud =
            new NetworkFixture(DATABASE, Map.of("coppice.vpc.max-network-acl-entries", "2"));
    private String vpc = "";
    private String acl = "";

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    @BeforeEach
    void network() {
        DATABASE.truncate(NetworkFixture.TABLES);
        vpc = cloud.call(
                        CreateVpcResponse.class,
                        CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").build())
                .vpc()
                .vpcId();
        acl = cloud.call(
                        CreateNetworkAclResponse.class,
                        CreateNetworkAclRequest.builder().vpcId(vpc).build())
                .networkAcl()
                .networkAclId();
    }

    private CreateNetworkAclEntryRequest.Builder entry(int number) {
        return CreateNetworkAclEntryRequest.builder()
                .networkAclId(acl)
                .ruleNumber(number)
                .egress(false)
                .protocol("6")
                .portRange(range -> range.from(80).to(443))
                .ruleAction(RuleAction.ALLOW)
                .cidrBlock("10.1.0.0/16");
    }

    private List<NetworkAcl> list(String filter, String value) {
        return cloud.call(
                        DescribeNetworkAclsResponse.class,
                        DescribeNetworkAclsRequest.builder()
                                .filters(
                                        Filter.builder()
                                                .name("vpc-id")
                                                .values(vpc)
                                                .build(),
                                        Filter.builder()
                                                .name(filter)
                                                .values(value)
                                                .build())
                                .build())
                .networkAcls();
    }

    private static String text(NetworkAcl acl) {
        return acl.entries().stream()
                .map(each -> (each.egress() ? "out " : "in ")
                        + each.ruleNumber()
                        + " "
                        + each.ruleActionAsString()
                        + " "
                        + each.protocol()
                        + (each.portRange() == null
                                ? ""
                                : " " + each.portRange().from() + "-"
                                        + each.portRange().to())
                        + " "
                        + (each.cidrBlock() == null ? each.ipv6CidrBlock() : each.cidrBlock()))
                .toList()
                .toString();
    }

    @Test
    void theDefaultAclAllowsAllAndANewOneNothing() {
        assertEquals(
                "[out 100 allow -1 0.0.0.0/0, out 32767 deny -1 0.0.0.0/0, in 100 allow -1 0.0.0.0/0, in 32767 deny -1"
                        + " 0.0.0.0/0]",
                text(list("default", "true").getFirst()));
        assertEquals(
                "[out 32767 deny -1 0.0.0.0/0, in 32767 deny -1 0.0.0.0/0]",
                text(list("default", "false").getFirst()));
    }

    @Test
    void entriesAreMadeReplacedAndDeleted() {
        cloud.call(CreateNetworkAclEntryResponse.class, entry(10).build());
        assertEquals("NetworkAclEntryAlreadyExists", cloud.refusal(entry(10).build()));
        cloud.call(
                CreateNetworkAclEntryResponse.class,
                entry(20)
                        .cidrBlock(null)
                        .ipv6CidrBlock("FD00::/8")
                        .protocol("all")
                        .build());
        assertEquals(
                "[out 32767 deny -1 0.0.0.0/0, out 32768 deny -1 ::/0, in 10 allow 6 80-443 10.1.0.0/16, in 20 allow -1"
                        + " fd00::/8, in 32767 deny -1 0.0.0.0/0, in 32768 deny -1 ::/0]",
                text(list("entry.port-range.from", "80").getFirst()));
        assertEquals("NetworkAclEntryLimitExceeded", cloud.refusal(entry(30).build()));
        cloud.call(
                ReplaceNetworkAclEntryResponse.class,
                ReplaceNetworkAclEntryRequest.builder()
                        .networkAclId(acl)
                        .ruleNumber(10)
                        .egress(false)
                        .protocol("udp")
                        .portRange(range -> range.from(53).to(53))
                        .ruleAction(RuleAction.DENY)
                        .cidrBlock("0.0.0.0/0")
                        .build());
        assertTrue(text(list("entry.protocol", "17").getFirst()).contains("in 10 deny 17 53-53 0.0.0.0/0"));
        var delete = DeleteNetworkAclEntryRequest.builder()
                .networkAclId(acl)
                .ruleNumber(10)
                .egress(false)
                .build();
        cloud.call(DeleteNetworkAclEntryResponse.class, delete);
        assertEquals("InvalidNetworkAclEntry.NotFound", cloud.refusal(delete));
    }

    @Test
    void badEntriesAreRefused() {
        assertEquals("InvalidParameterValue", cloud.refusal(entry(0).build()));
        assertEquals("InvalidParameterValue", cloud.refusal(entry(32_767).build()));
        assertEquals(
                "InvalidParameterValue", cloud.refusal(entry(1).protocol("256").build()));
        assertEquals(
                "MissingParameter",
                cloud.refusal(entry(1).portRange((PortRange) null).build()));
        assertEquals(
                "InvalidParameterValue",
                cloud.refusal(entry(1).portRange(range -> range.from(9).to(8)).build()));
        assertEquals("MissingParameter", cloud.refusal(entry(1).protocol("icmp").build()));
        assertEquals(
                "InvalidParameterCombination",
                cloud.refusal(entry(1).ipv6CidrBlock("::/0").build()));
        assertEquals(
                "InvalidNetworkAclID.NotFound",
                cloud.refusal(entry(1).networkAclId("acl-00000000000000001").build()));
    }

    @Test
    void aSubnetMovesToAnotherAcl() {
        var subnet = cloud.call(
                        CreateSubnetResponse.class,
                        CreateSubnetRequest.builder()
                                .vpcId(vpc)
                                .cidrBlock("10.0.1.0/24")
                                .build())
                .subnet()
                .subnetId();
        var standard = list("default", "true").getFirst();
        var association = standard.associations().getFirst();
        assertEquals(subnet, association.subnetId());
        var replace = ReplaceNetworkAclAssociationRequest.builder()
                .associationId(association.networkAclAssociationId())
                .networkAclId(acl)
                .build();
        cloud.call(ReplaceNetworkAclAssociationResponse.class, replace);
        assertEquals("InvalidAssociationID.NotFound", cloud.refusal(replace));
        assertEquals(acl, list("association.subnet-id", subnet).getFirst().networkAclId());
        assertEquals("DependencyViolation", cloud.refusal(delete(acl)));
        assertEquals("InvalidParameterValue", cloud.refusal(delete(standard.networkAclId())));
        cloud.call(
                ReplaceNetworkAclAssociationResponse.class,
                ReplaceNetworkAclAssociationRequest.builder()
                        .associationId(list("association.subnet-id", subnet)
                                .getFirst()
                                .associations()
                                .getFirst()
                                .networkAclAssociationId())
                        .networkAclId(standard.networkAclId())
                        .build());
        cloud.call(DeleteNetworkAclResponse.class, delete(acl));
    }

    private static DeleteNetworkAclRequest delete(String id) {
        return DeleteNetworkAclRequest.builder().networkAclId(id).build();
    }
}
