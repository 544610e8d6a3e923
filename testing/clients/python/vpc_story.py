"""A network of one's own with real guests, from boto3's side and from inside: made, reached, left by two ways, deleted.

usage: vpc_story.py OUTSIDE

OUTSIDE is an IPv4 address that this cloud's public network has a way to, but that has no way back to guests' own addresses: an
answer from there proves that addresses were translated. Two small guests run at once, at most.
"""
import gzip
import os
import subprocess
import sys
import tempfile

from botocore.exceptions import ClientError

from cloud import IMAGE, NAME, WAITER, client, eventually, expect, expect_in, finish, refusal, step

OUTSIDE = sys.argv[1]
WHO_AM_I = "timeout 10 wget -qO- http://169.254.169.254/latest/meta-data/instance-id"
ec2, s3 = client("ec2"), client("s3")


def named(kind):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": NAME}]}]


def make_key(folder):
    key = os.path.join(folder, "key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, timeout=60)
    with open(key + ".pub", "rb") as public:
        ec2.import_key_pair(KeyName=NAME, PublicKeyMaterial=public.read())
    return key


def ssh(key, address, command):
    """What the guest at the address answers; None when it does not, also when the connection hangs.

    It hangs when the address goes to another instance, or its rule goes, while it is being made: as in AWS nobody ends it then.
    """
    try:
        # An array, and no shell on this side.
        answer = subprocess.run(
            ["ssh", "-q", "-F", "/dev/null", "-i", key, "-o", "BatchMode=yes", "-o", "ConnectTimeout=5",
             "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", f"root@{address}", command],
            capture_output=True, text=True, timeout=40)
    except subprocess.TimeoutExpired:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def make_network():
    """A VPC with a public subnet, a private one and a group; the same range as in any other VPC of the world."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=named("vpc"))["Vpc"]["VpcId"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc])
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    public, private = [ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
                       for cidr in ("10.0.1.0/24", "10.0.2.0/24")]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=public)
    group = ec2.create_security_group(GroupName=NAME, Description="reached by SSH", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "UserIdGroupPairs": [{"GroupId": group}]}])
    step(f"{vpc} with two subnets, an internet gateway and a group")
    return dict(vpc=vpc, public=public, private=private, gateway=gateway, table=table, group=group)


def record(net):
    """From now on what passes and what is refused in the VPC is written down in a bucket."""
    s3.create_bucket(Bucket=NAME)
    made = ec2.create_flow_logs(
        ResourceType="VPC", ResourceIds=[net["vpc"]], TrafficType="ALL", LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::{NAME}/flows/", MaxAggregationInterval=60, TagSpecifications=named("vpc-flow-log"))
    expect("resources without a flow log", made["Unsuccessful"], [])
    net.update(flow_log=made["FlowLogIds"][0])
    expect("the same again", refusal(
        ec2.create_flow_logs, ResourceType="VPC", ResourceIds=[net["vpc"]], TrafficType="ALL", LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::{NAME}/flows/", MaxAggregationInterval=60), "FlowLogAlreadyExists")
    step(f"{net['flow_log']} records")


def recorded_lines():
    lines = []
    for each in s3.list_objects_v2(Bucket=NAME, Prefix="flows/AWSLogs/").get("Contents", []):
        text = gzip.decompress(s3.get_object(Bucket=NAME, Key=each["Key"])["Body"].read()).decode()
        head, *records = text.splitlines()
        lines += [dict(zip(head.split(), record.split())) for record in records]
    return lines


def emptied():
    for each in s3.list_objects_v2(Bucket=NAME).get("Contents", []):
        s3.delete_object(Bucket=NAME, Key=each["Key"])
    try:
        s3.delete_bucket(Bucket=NAME)
    except ClientError as error:
        expect("why the bucket stays", error.response["Error"]["Code"], "BucketNotEmpty")
        return False
    return True


def look_at_records(net):
    """Logins are in the records, and so are those that came to a closed door."""
    own = instance(net["machine"])["PrivateIpAddress"]
    for action in ("ACCEPT", "REJECT"):
        line = eventually(f"a login with {action} in the records", lambda: next(
            (each for each in recorded_lines() if each["action"] == action and each["dstaddr"] == own
             and each["dstport"] == "22" and each["protocol"] == "6"), None))
        expect("its status", line["log-status"], "OK")
        expect("whether it has bytes", int(line["bytes"]) >= 40 * int(line["packets"]) > 0, True)
    log = ec2.describe_flow_logs(FlowLogIds=[net["flow_log"]])["FlowLogs"][0]
    expect("its delivery", log["DeliverLogsStatus"], "SUCCESS")
    ec2.delete_flow_logs(FlowLogIds=[net["flow_log"]])
    expect("a deleted flow log", refusal(ec2.describe_flow_logs, FlowLogIds=[net["flow_log"]]), "InvalidFlowLogId.NotFound")
    # One object may have been on its way while the flow log was deleted.
    eventually("the end of the bucket", emptied)
    step("what passed and what was refused is recorded")


def launch(subnet, group, script=""):
    made = ec2.run_instances(ImageId=IMAGE, InstanceType="t2.nano", KeyName=NAME, MinCount=1, MaxCount=1, SubnetId=subnet,
                             SecurityGroupIds=[group], UserData=script)["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[made], WaiterConfig=WAITER)
    return made


def instance(instance_id):
    return ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]


def reach(key, net):
    """An instance in the public subnet, reached by an elastic address while a rule lets one in, and reaching the outside."""
    machine = launch(net["public"], net["group"])
    expect("public address before any was asked for", instance(machine).get("PublicIpAddress"), None)
    elastic = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=elastic["AllocationId"], InstanceId=machine)
    address = elastic["PublicIp"]
    eventually("login", lambda: ssh(key, address, "true") is not None)
    expect("who answers at " + address, ssh(key, address, WHO_AM_I), machine)
    expect_in("the guest's own address", instance(machine)["PrivateIpAddress"], ssh(key, address, "ip address"))
    step(f"{machine} answers at {address}, and knows itself")
    pinged = ssh(key, address, f"ping -c 3 -W 5 {OUTSIDE}")
    expect("the outside is reached by the internet gateway", pinged is not None, True)
    step("it reaches the outside")
    name = instance(machine)["PrivateDnsName"]
    resolved = ssh(key, address, f"nslookup {name} 10.0.0.2") or ""
    expect_in(f"the address of {name}, asked inside", instance(machine)["PrivateIpAddress"], resolved)
    step("the VPC's resolver knows its name")
    net.update(machine=machine, elastic=elastic["AllocationId"], address=address)


def close_and_open(key, net):
    """A rule that goes takes effect on what is open; one that comes lets in again."""
    rule = dict(GroupId=net["group"], IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    ec2.revoke_security_group_ingress(**rule)
    eventually("a closed door", lambda: ssh(key, net["address"], "true") is None)
    ec2.authorize_security_group_ingress(**rule)
    eventually("an open door", lambda: ssh(key, net["address"], "true") is not None)
    step("a revoked rule shuts the door, a new one opens it")


def leave_by_nat(key, net):
    """An instance without a public address, in a subnet whose way out is a NAT gateway."""
    elastic = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=net["public"], AllocationId=elastic)["NatGateway"]["NatGatewayId"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat], WaiterConfig=WAITER)
    step(f"{nat} is carried by a host")
    table = ec2.create_route_table(VpcId=net["vpc"])["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    ec2.associate_route_table(RouteTableId=table, SubnetId=net["private"])
    word = "reached-" + NAME
    hidden = launch(net["private"], net["group"],
                    f"#!/bin/sh\nfor try in $(seq 30); do ping -c 1 -W 2 {OUTSIDE} && echo {word} && break; sleep 1; done\n")
    expect("public address of a hidden instance", instance(hidden).get("PublicIpAddress"), None)
    eventually("the outside by NAT", lambda: word in ec2.get_console_output(InstanceId=hidden).get("Output", ""))
    step(f"{hidden} reaches the outside by it")
    neighbour = instance(hidden)["PrivateIpAddress"]
    expect("subnets reach each other", ssh(key, net["address"], f"ping -c 2 -W 5 {neighbour}") is not None, True)
    net.update(nat=nat, nat_elastic=elastic, nat_table=table, hidden=hidden)


def move(key, net):
    """The elastic address leads to the other instance, whose subnet gets the way in; nobody answers as the first any more."""
    association = next(each["RouteTableAssociationId"] for each in ec2.describe_route_tables(
        RouteTableIds=[net["nat_table"]])["RouteTables"][0]["Associations"])
    ec2.replace_route_table_association(AssociationId=association, RouteTableId=net["table"])
    ec2.associate_address(AllocationId=net["elastic"], InstanceId=net["hidden"], AllowReassociation=True)
    eventually("the other instance at the address", lambda: ssh(key, net["address"], WHO_AM_I) == net["hidden"])
    step("the elastic address moved")


def clean_up(net):
    expect("a VPC in use", refusal(ec2.delete_vpc, VpcId=net["vpc"]), "DependencyViolation")
    machines = [net["machine"], net["hidden"]]
    ec2.terminate_instances(InstanceIds=machines)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=machines, WaiterConfig=WAITER)
    ec2.delete_nat_gateway(NatGatewayId=net["nat"])
    eventually("the end of the NAT gateway", lambda: ec2.describe_nat_gateways(
        NatGatewayIds=[net["nat"]])["NatGateways"][0]["State"] == "deleted")
    for elastic in (net["elastic"], net["nat_elastic"]):
        ec2.release_address(AllocationId=elastic)
    ec2.delete_security_group(GroupId=net["group"])
    ec2.detach_internet_gateway(InternetGatewayId=net["gateway"], VpcId=net["vpc"])
    ec2.delete_internet_gateway(InternetGatewayId=net["gateway"])
    for subnet in (net["public"], net["private"]):
        ec2.delete_subnet(SubnetId=subnet)
    for table in (net["table"], net["nat_table"]):
        ec2.delete_route_table(RouteTableId=table)
    ec2.delete_vpc(VpcId=net["vpc"])
    ec2.delete_key_pair(KeyName=NAME)
    expect("VPCs of that name", ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [NAME]}])["Vpcs"], [])
    expect("addresses", ec2.describe_addresses()["Addresses"], [])
    step("all deleted")


def main():
    net = make_network()
    with tempfile.TemporaryDirectory() as folder:
        key = make_key(folder)
        record(net)
        reach(key, net)
        close_and_open(key, net)
        leave_by_nat(key, net)
        move(key, net)
        look_at_records(net)
        clean_up(net)
    finish([])


main()
