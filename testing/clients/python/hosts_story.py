"""A VPC of real guests on several hosts, told by boto3 and by the guests: who reaches whom over which host, and who reaches nobody.

usage: hosts_story.py FOLDER begin|hide OUTSIDE|another|after HOST_LOST

begin    a guest for each of three hosts, launched one after the other where launches take turns, and what they reach
hide     one more, without a public address, that tells on its console when it reaches OUTSIDE by a NAT gateway
another  another NAT gateway instead of that one
after    what goes on when the host of the guest with this id has lost its power, which carried the NAT gateway

Guests are left running; what is known of them is in FOLDER/story.json.
"""
import json
import os
import subprocess
import sys

from cloud import IMAGE, NAME, WAITER, client, eventually, expect, finish, step

FOLDER = sys.argv[1]
GUESTS = 3
NAME_OF_MARK = "the-outside-answers"
KEY = os.path.join(FOLDER, "key")
STATE = os.path.join(FOLDER, "story.json")
ec2 = client("ec2")


def ssh(address, command):
    """What the guest at the address answers; None when it does not."""
    try:
        answer = subprocess.run(
            ["ssh", "-q", "-F", "/dev/null", "-i", KEY, "-o", "BatchMode=yes", "-o", "ConnectTimeout=5",
             "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", f"root@{address}", command],
            capture_output=True, text=True, timeout=40)
    except subprocess.TimeoutExpired:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def make_vpc(subnets):
    """A VPC of the same range as every other one, with a way to the internet; the group trusts itself, and SSH from anywhere."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in range(1, subnets + 1)]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    group = ec2.create_security_group(GroupName=NAME + vpc[-4:], Description="each other, and SSH", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}])
    return dict(vpc=vpc, subnets=made, group=group)


def keep(known):
    with open(STATE, "w", encoding="utf-8") as state:
        json.dump(known, state)


def kept():
    with open(STATE, encoding="utf-8") as state:
        return json.load(state)


def lead(address_of, guest):
    """From now on the elastic address that was made for one guest leads to another one, or to its own again."""
    ec2.associate_address(AllocationId=address_of["elastic"], InstanceId=guest["id"], AllowReassociation=True)


def launch(net, subnet, private):
    made = ec2.run_instances(
        ImageId=IMAGE, InstanceType="t2.nano", KeyName=NAME, MinCount=1, MaxCount=1,
        NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": net["subnets"][subnet], "Groups": [net["group"]],
                            "PrivateIpAddress": private}])["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[made], WaiterConfig=WAITER)
    elastic = ec2.allocate_address(Domain="vpc")
    guest = dict(id=made, private=private, public=elastic["PublicIp"], elastic=elastic["AllocationId"])
    lead(guest, guest)
    eventually(f"login at {guest['public']}", lambda: ssh(guest["public"], "true") is not None)
    step(f"{made} answers at {guest['public']} and is {private} inside")
    return guest


def reaches(sender, receiver):
    """Which of ping, TCP and UDP come from one guest to the other."""
    found = []
    to = receiver["private"]
    if ssh(sender["public"], f"ping -c 1 -W 3 {to}") is not None:
        found.append("ping")
    if "SSH-2.0" in (ssh(sender["public"], f"echo | timeout 4 nc -w 3 {to} 22 | head -c 7; true") or ""):
        found.append("tcp")
    # The guest's kernel says that nobody is at the port, which it does of what has arrived.
    way = ssh(sender["public"], f"timeout 12 traceroute -n -q 1 -w 2 -m 3 {to}; true") or ""
    if to in "".join(way.splitlines()[1:]):
        found.append("udp")
    return found


def begin():
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", KEY], check=True, timeout=60)
    with open(KEY + ".pub", "rb") as public:
        ec2.import_key_pair(KeyName=NAME, PublicKeyMaterial=public.read())
    net = make_vpc(2)
    guests = [launch(net, number % 2, f"10.0.{number % 2 + 1}.{number + 10}") for number in range(GUESTS)]
    for sender in guests:
        for receiver in guests:
            if sender is not receiver:
                expect(f"what comes from {sender['private']} to {receiver['private']}", reaches(sender, receiver), ["ping", "tcp", "udp"])
    step("each reaches each of the others, within a subnet and across")
    other = make_vpc(1)
    stranger = launch(other, 0, guests[0]["private"])
    for guest in guests[1:]:
        expect(f"what comes from a VPC of the same range to {guest['private']}", reaches(stranger, guest), [])
    step("a guest of another VPC with the same range reaches none of them")
    first, second = guests[:2]
    who = "timeout 10 wget -qO- http://169.254.169.254/latest/meta-data/instance-id"
    lead(first, second)
    eventually(f"{second['id']} at {first['public']}", lambda: ssh(first["public"], who) == second["id"])
    for guest in (first, second):
        lead(guest, guest)
        eventually(f"{guest['id']} at {guest['public']}", lambda: ssh(guest["public"], who) == guest["id"])
    step("an elastic address moves to another host, and back")
    ec2.terminate_instances(InstanceIds=[stranger["id"]])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[stranger["id"]], WaiterConfig=WAITER)
    ec2.release_address(AllocationId=stranger["elastic"])
    keep(dict(net=net, guests=guests))


def nat_gateway(subnet):
    """One that is carried by a host, and leads to the outside where its route says so."""
    elastic = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=elastic)["NatGateway"]["NatGatewayId"]
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[made], WaiterConfig=WAITER)
    return dict(id=made, elastic=elastic)


def marks(instance):
    """How often the hidden guest has reached the outside, by its console."""
    return ec2.get_console_output(InstanceId=instance, Latest=True).get("Output", "").count(NAME_OF_MARK)


def reached_again(hidden):
    before = marks(hidden)
    eventually(f"the outside by NAT from {hidden}", lambda: marks(hidden) > before + 1)


def hide(outside):
    known = kept()
    net = known["net"]
    private = ec2.create_subnet(VpcId=net["vpc"], CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
    nat = nat_gateway(net["subnets"][0])
    table = ec2.create_route_table(VpcId=net["vpc"])["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat["id"])
    ec2.associate_route_table(RouteTableId=table, SubnetId=private)
    script = f"#!/bin/sh\n(while :; do ping -c 1 -W 2 {outside} && echo {NAME_OF_MARK} > /dev/console; sleep 1; done) >/dev/null 2>&1 &\n"
    hidden = ec2.run_instances(ImageId=IMAGE, InstanceType="t2.nano", MinCount=1, MaxCount=1, SubnetId=private,
                               SecurityGroupIds=[net["group"]], UserData=script)["Instances"][0]["InstanceId"]
    reached_again(hidden)
    step(f"{hidden} reaches the outside by {nat['id']}")
    keep(dict(known, hidden=hidden, nat=nat, nat_table=table))


def another():
    known = kept()
    before, nat = known["nat"], nat_gateway(known["net"]["subnets"][0])
    ec2.replace_route(RouteTableId=known["nat_table"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat["id"])
    ec2.delete_nat_gateway(NatGatewayId=before["id"])
    eventually(f"the end of {before['id']}", lambda: ec2.describe_nat_gateways(
        NatGatewayIds=[before["id"]])["NatGateways"][0]["State"] == "deleted")
    ec2.release_address(AllocationId=before["elastic"])
    reached_again(known["hidden"])
    keep(dict(known, nat=nat))


def after(lost):
    """The others notice nothing, what the lost host carried for them is carried by another one, and its guest's address can go on."""
    known = kept()
    gone = next(guest for guest in known["guests"] if guest["id"] == lost)
    left = [guest for guest in known["guests"] if guest is not gone]
    for sender, receiver in (left, left[::-1]):
        expect(f"what comes from {sender['private']} to {receiver['private']}", reaches(sender, receiver), ["ping", "tcp", "udp"])
    step("those that are left reach each other")
    reached_again(known["hidden"])
    step("the NAT gateway is carried by another host")
    lead(gone, left[0])
    eventually(f"{left[0]['id']} at {gone['public']}", lambda: ssh(gone["public"], "true") is not None)
    step("the elastic address of the one that is lost leads to one that is left")


{"begin": begin, "hide": hide, "another": another, "after": after}[sys.argv[2]](*sys.argv[3:])
finish([])
