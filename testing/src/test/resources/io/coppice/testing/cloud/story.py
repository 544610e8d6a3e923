"""A user's whole story with boto3: bucket, image, key, instances, ssh, console, reboot, stop, start, volume, nothing left.

usage: story.py DISK_IMAGE [--simulated]

Takes the endpoint and the keys from the environment that "coppice env" exports. Works with boto3 1.26 (Debian 12) and newer.
"""
import base64
import os
import secrets
import subprocess
import sys
import tempfile
import time

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

DISK = sys.argv[1]
SIMULATED = "--simulated" in sys.argv[2:]
NAME = "story-" + secrets.token_hex(4)
LIMIT_SECONDS = 180
WAITER = {"Delay": 1, "MaxAttempts": LIMIT_SECONDS}


def client(service, **options):
    return boto3.client(
        service,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        region_name=os.environ["AWS_REGION"],
        config=Config(retries={"max_attempts": 2}, **options),
    )


ec2, sts = client("ec2"), client("sts")
s3 = client("s3", s3={"addressing_style": "path"})


def step(title):
    print(f"{time.monotonic() - BEGUN:7.1f} s  {title}", flush=True)


def expect(what, seen, wanted):
    if seen != wanted:
        raise AssertionError(f"{what} is {seen!r}, expected {wanted!r}")


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        expect("error code", error.response["Error"]["Code"], code)
        return
    raise AssertionError(f"not refused with {code}")


def eventually(what, look):
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {LIMIT_SECONDS} s")
        time.sleep(0.5)


def instance(instance_id):
    return ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]


def make_image():
    s3.create_bucket(Bucket=NAME)
    step("bucket made")
    part = 5 * 1024 * 1024
    s3.upload_file(DISK, NAME, "disk.qcow2", Config=TransferConfig(multipart_threshold=part, multipart_chunksize=part))
    expect("size of the object", s3.head_object(Bucket=NAME, Key="disk.qcow2")["ContentLength"], os.path.getsize(DISK))
    step("image uploaded in parts")
    image = ec2.register_image(Name=NAME, ImageLocation=f"{NAME}/disk.qcow2", Architecture="x86_64",
                               RootDeviceName="/dev/vda", VirtualizationType="hvm")["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image], WaiterConfig=WAITER)
    step(f"{image} available")
    return image


def import_key(folder):
    key = os.path.join(folder, "key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, timeout=60)
    with open(key + ".pub", "rb") as public:
        ec2.import_key_pair(KeyName=NAME, PublicKeyMaterial=public.read())
    step("key imported")
    return key


def open_door():
    """Instances are reached where a group lets one in."""
    group = ec2.create_security_group(GroupName=NAME, Description="reached by SSH")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    step(f"{group} lets SSH in")
    return group


def run(image, group):
    token = secrets.token_hex(16)
    order = dict(
        ImageId=image, InstanceType="m1.small", KeyName=NAME, MinCount=2, MaxCount=2, ClientToken=token,
        SecurityGroupIds=[group],
        UserData=f"#!/bin/sh\necho user-data-of-{NAME}\n",
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": NAME}]}],
    )
    first = [each["InstanceId"] for each in ec2.run_instances(**order)["Instances"]]
    again = [each["InstanceId"] for each in ec2.run_instances(**order)["Instances"]]
    expect("instances of the same token", sorted(again), sorted(first))
    ec2.get_waiter("instance_running").wait(InstanceIds=first, WaiterConfig=WAITER)
    step(f"running: {' '.join(first)}")
    found = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": [NAME]}])["Reservations"]
    expect("instances by tag", sum(len(each["Instances"]) for each in found), 2)
    return first


def ssh(key, address, command):
    # An array, and no shell on this side.
    answer = subprocess.run(
        ["ssh", "-q", "-i", key, "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-o", "StrictHostKeyChecking=no",
         "-o", "UserKnownHostsFile=/dev/null", f"root@{address}", command],
        capture_output=True, text=True, timeout=60)
    return answer.stdout.strip() if answer.returncode == 0 else None


def look_inside(key, instance_id):
    address = instance(instance_id)["PublicIpAddress"]
    boot = eventually("ssh", lambda: ssh(key, address, "cat /proc/sys/kernel/random/boot_id"))
    step(f"ssh to {address}")
    text = eventually("console", lambda: with_user_data(console(instance_id)))
    if "coppice:" not in text:
        raise AssertionError("the console lacks the guest's own boot text: " + text)
    step("console shows boot text and user data")
    ec2.reboot_instances(InstanceIds=[instance_id])
    eventually("another boot", lambda: (ssh(key, address, "cat /proc/sys/kernel/random/boot_id") or boot) != boot)
    step("rebooted")


def console(instance_id):
    output = ec2.get_console_output(InstanceId=instance_id).get("Output", "")
    # botocore decodes the base64 by itself; an old one may not.
    return output if "coppice" in output else base64.b64decode(output + "==", validate=False).decode(errors="replace")


def with_user_data(text):
    return text if f"user-data-of-{NAME}" in text else None


def stop_and_start(instance_id):
    address = instance(instance_id)["PrivateIpAddress"]
    ec2.stop_instances(InstanceIds=[instance_id])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance_id], WaiterConfig=WAITER)
    step("stopped")
    ec2.start_instances(InstanceIds=[instance_id])
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id], WaiterConfig=WAITER)
    expect("address after stop and start", instance(instance_id)["PrivateIpAddress"], address)
    step("started again with its address")


def shared_volume(zone, ids):
    made = ec2.create_volume(AvailabilityZone=zone, Size=4, VolumeType="io2", Iops=100, MultiAttachEnabled=True)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[made], WaiterConfig=WAITER)
    for instance_id in ids:
        ec2.attach_volume(VolumeId=made, InstanceId=instance_id, Device="/dev/sdf")
    ec2.get_waiter("volume_in_use").wait(VolumeIds=[made], WaiterConfig=WAITER)
    found = ec2.describe_volumes(Filters=[{"Name": "multi-attach-enabled", "Values": ["true"]}])["Volumes"]
    expect("who has the volume", sorted(each["InstanceId"] for each in found[0]["Attachments"]), sorted(ids))
    for instance_id in ids:
        ec2.detach_volume(VolumeId=made, InstanceId=instance_id, Force=True)
    ec2.get_waiter("volume_available").wait(VolumeIds=[made], WaiterConfig=WAITER)
    ec2.delete_volume(VolumeId=made)
    step("volume attached to two instances and deleted")


def volume(ids):
    zone = ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    shared_volume(zone, ids)
    made = ec2.create_volume(AvailabilityZone=zone, Size=1)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[made], WaiterConfig=WAITER)
    ec2.delete_volume(VolumeId=made)
    ec2.get_waiter("volume_deleted").wait(VolumeIds=[made], WaiterConfig=WAITER)
    step("volume made and deleted")


def clean_up(image, ids, group):
    ec2.terminate_instances(InstanceIds=ids)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig=WAITER)
    ec2.delete_security_group(GroupId=group)
    ec2.delete_key_pair(KeyName=NAME)
    ec2.deregister_image(ImageId=image)
    s3.delete_object(Bucket=NAME, Key="disk.qcow2")
    s3.delete_bucket(Bucket=NAME)
    step("all deleted")
    refused("InvalidKeyPair.NotFound", ec2.describe_key_pairs, KeyNames=[NAME])
    refused("InvalidAMIID.NotFound", ec2.describe_images, ImageIds=[image])
    refused("IncorrectInstanceState", ec2.start_instances, InstanceIds=ids[:1])
    refused("NoSuchBucket", s3.list_objects_v2, Bucket=NAME)


def main():
    expect("length of the account id", len(sts.get_caller_identity()["Account"]), 12)
    step("boto3 " + boto3.__version__)
    sample = ec2.describe_images(ImageIds=[os.environ["SAMPLE_IMAGE"]])["Images"][0]
    expect("state of the sample image", sample["State"], "available")
    image = make_image()
    with tempfile.TemporaryDirectory() as folder:
        key = import_key(folder)
        group = open_door()
        ids = run(image, group)
        if not SIMULATED:
            look_inside(key, ids[0])
        stop_and_start(ids[0])
        volume(ids)
        clean_up(image, ids, group)
    step("the end")


BEGUN = time.monotonic()
main()
