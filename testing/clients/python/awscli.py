"""A user's day with the aws command line, one process a command, as it is typed.

usage: awscli.py AWS_PROGRAM [ACTIONS_PAGE [writes]]

With a page of actions it asks for every read on it instead; with "writes" for every other action: of EC2 as a dry run, of IAM
and STS with arguments that are made from the model, which leaves things behind.

The program may be version 1 or 2. --endpoint-url is given because versions before 2.13 do not know AWS_ENDPOINT_URL.
AWS_CONFIG_FILE asks for SigV4 in presigned S3 addresses: version 1 signs them by SigV2 unless it is told.
"""
import base64
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import shapes
from cloud import ENDPOINT, IMAGE, NAME, REFUSED_ALONE, REGION, expect, expect_in, finish, implemented, step

PROGRAM = sys.argv[1]
PART = 8 * 1024 * 1024


def run(*arguments):
    return subprocess.run([PROGRAM, "--endpoint-url", ENDPOINT, "--region", REGION, *arguments],
                          capture_output=True, text=True, timeout=300, check=False)


def aws(*arguments):
    done = run(*arguments)
    if done.returncode != 0:
        raise AssertionError(f"aws {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    return done.stdout.strip()


def aws_json(*arguments):
    text = aws(*arguments, "--output", "json")
    return json.loads(text) if text else {}


def refused(code, *arguments):
    done = run(*arguments)
    expect_in(f"status of {arguments}", done.returncode, (254, 255))
    if f"({code})" not in done.stderr:
        raise AssertionError(f"{arguments} is refused with {done.stderr!r}, expected {code}")


def words(text):
    return sorted(text.split())


def places():
    expect("region", aws("ec2", "describe-regions", "--query", "Regions[].RegionName", "--output", "text"), REGION)
    zone = aws("ec2", "describe-availability-zones", "--query", "AvailabilityZones[0].ZoneName", "--output", "text")
    table = aws("ec2", "describe-vpcs", "--output", "table")
    expect_in("a table of VPCs", "DescribeVpcs", table)
    types = aws_json("ec2", "describe-instance-types", "--page-size", "5", "--query", "InstanceTypes[].InstanceType")
    expect("instance types in pages", len(types), len(set(types)))
    expect_in("instance type", "m1.small", types)
    return zone


def key(folder):
    path = os.path.join(folder, "key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True, timeout=60)
    aws("ec2", "import-key-pair", "--key-name", NAME, "--public-key-material", f"fileb://{path}.pub",
        "--tag-specifications", f"ResourceType=key-pair,Tags=[{{Key=owner,Value={NAME}}}]")
    aws("ec2", "wait", "key-pair-exists", "--key-names", NAME)
    refused("InvalidKeyPair.Duplicate", "ec2", "import-key-pair", "--key-name", NAME,
            "--public-key-material", f"fileb://{path}.pub")
    step("key imported")


def instances(folder):
    script = os.path.join(folder, "user-data")
    with open(script, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho hello\n")
    ids = words(aws("ec2", "run-instances", "--image-id", IMAGE, "--instance-type", "t3.micro", "--count", "2",
                    "--key-name", NAME, "--user-data", f"file://{script}", "--query", "Instances[].InstanceId",
                    "--credit-specification", "CpuCredits=unlimited",
                    "--tag-specifications", f"ResourceType=instance,Tags=[{{Key=Name,Value={NAME}}}]",
                    "--output", "text"))
    expect("instances", len(ids), 2)
    aws("ec2", "wait", "instance-running", "--instance-ids", *ids)
    aws("ec2", "wait", "instance-status-ok", "--instance-ids", *ids)
    found = aws("ec2", "describe-instances", "--filters", f"Name=tag:Name,Values={NAME}",
                "Name=instance-state-name,Values=running", "--query", "Reservations[].Instances[].InstanceId",
                "--output", "text")
    expect("instances by tag and state", words(found), ids)
    data = aws("ec2", "describe-instance-attribute", "--instance-id", ids[0], "--attribute", "userData",
               "--query", "UserData.Value", "--output", "text")
    expect("user data", data, "IyEvYmluL3NoCmVjaG8gaGVsbG8K")
    aws("ec2", "create-tags", "--resources", *ids, "--tags", "Key=stage,Value=test")
    tagged = aws_json("ec2", "describe-tags", "--filters", "Name=key,Values=stage", f"Name=resource-id,Values={ids[0]}")
    expect("value of the tag", tagged["Tags"][0]["Value"], "test")
    refused("DryRunOperation", "ec2", "terminate-instances", "--dry-run", "--instance-ids", *ids)
    refused("InvalidInstanceID.NotFound", "ec2", "describe-instances", "--instance-ids", "i-0123456789abcdef0")
    step("instances run")
    aws("ec2", "stop-instances", "--instance-ids", ids[0])
    aws("ec2", "wait", "instance-stopped", "--instance-ids", ids[0])
    aws("ec2", "terminate-instances", "--instance-ids", *ids)
    aws("ec2", "wait", "instance-terminated", "--instance-ids", *ids)
    aws("ec2", "delete-key-pair", "--key-name", NAME)
    step("instances and key removed")


def volume(zone):
    made = aws("ec2", "create-volume", "--availability-zone", zone, "--size", "1", "--query", "VolumeId",
               "--output", "text")
    aws("ec2", "wait", "volume-available", "--volume-ids", made)
    aws("ec2", "delete-volume", "--volume-id", made)
    aws("ec2", "wait", "volume-deleted", "--volume-ids", made)
    step("volume made and removed")


def storage(folder):
    large, back = os.path.join(folder, "large"), os.path.join(folder, "back")
    with open(large, "wb") as file:
        file.write(os.urandom(2 * PART + 12345))
    tree = os.path.join(folder, "tree")
    for name in ("a.txt", "sub/b ü+.txt", "sub/deep/c.txt"):
        os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
        with open(os.path.join(tree, name), "w", encoding="utf-8") as file:
            file.write(name)
    aws("s3", "mb", f"s3://{NAME}")
    aws("s3", "cp", large, f"s3://{NAME}/large")
    aws("s3", "cp", f"s3://{NAME}/large", back)
    with open(large, "rb") as sent, open(back, "rb") as received:
        expect("the object that came back is what was sent", sent.read() == received.read(), True)
    expect_in("uploaded", "upload:", aws("s3", "sync", tree, f"s3://{NAME}/tree"))
    expect("second sync", aws("s3", "sync", tree, f"s3://{NAME}/tree"), "")
    listed = aws("s3", "ls", f"s3://{NAME}", "--recursive")
    expect("listed objects", len(listed.splitlines()), 4)
    pages = aws_json("s3api", "list-objects-v2", "--bucket", NAME, "--page-size", "1", "--query", "Contents[].Key")
    expect("listed in pages", len(pages), 4)
    with urllib.request.urlopen(aws("s3", "presign", f"s3://{NAME}/tree/a.txt"), timeout=60) as answer:
        expect("by the signed address", answer.read(), b"a.txt")
    aws("s3", "mv", f"s3://{NAME}/tree/a.txt", f"s3://{NAME}/moved.txt")
    refused("BucketNotEmpty", "s3api", "delete-bucket", "--bucket", NAME)
    aws("s3", "rb", "--force", f"s3://{NAME}")
    refused("NoSuchBucket", "s3api", "list-objects-v2", "--bucket", NAME)
    step("bucket filled, synchronized and removed")


def identity():
    account = aws("sts", "get-caller-identity", "--query", "Account", "--output", "text")
    expect("length of the account id", len(account), 12)
    arn = aws("iam", "create-user", "--user-name", NAME, "--query", "User.Arn", "--output", "text")
    expect("ARN", arn, f"arn:aws:iam::{account}:user/{NAME}")
    aws("iam", "wait", "user-exists", "--user-name", NAME)
    made = aws_json("iam", "create-access-key", "--user-name", NAME)["AccessKey"]["AccessKeyId"]
    expect_in("user", NAME, aws("iam", "list-users", "--page-size", "1", "--query", "Users[].UserName",
                                "--output", "text"))
    aws("iam", "delete-access-key", "--user-name", NAME, "--access-key-id", made)
    aws("iam", "delete-user", "--user-name", NAME)
    refused("NoSuchEntity", "iam", "get-user", "--user-name", NAME)
    step("user made and removed")


def command(action):
    """The name of an action as the command line has it: DescribeVpcs is describe-vpcs, ListMFADevices list-mfa-devices."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", action).lower()


def read(service, name):
    return run(service, name, "--output", "json")


def reads(page):
    failures, asked = [], 0
    with ThreadPoolExecutor(max_workers=4) as pool:
        for service, actions in sorted(implemented(page).items()):
            wanted = sorted(each for each in actions if each.startswith(("Describe", "Get", "List")))
            for action, done in zip(wanted, pool.map(functools.partial(read, service), map(command, wanted))):
                # An old program does not know the actions that AWS added since.
                asked += "nvalid choice" not in done.stderr
                refused = f"({REFUSED_ALONE.get(action, 'MissingParameter')})"
                if done.returncode != 0 and not (refused in done.stderr or re.search("nvalid choice|arguments are required",
                                                                                     done.stderr)):
                    failures.append(f"{service} {action}: {done.stderr.strip()}")
    step(f"{asked} reads")
    if asked < 30:
        failures.append(f"only {asked} reads are known to the program")
    finish(failures)


# What an action may never be refused with when it stands on the page.
UNDONE = re.compile(r"\((InvalidAction|UnsupportedOperation|InternalError|InternalFailure|ServiceUnavailable|ServiceFailure|"
                    r"SignatureDoesNotMatch|AuthFailure|UnauthorizedOperation|AccessDenied|MalformedQueryString)\)")


# How these say no to a role that is not there, as AWS does, and to a way in that this cloud says by name that it has none of.
REFUSED_ABSENT = {
    "AssumeRole": "AccessDenied",
    "AssumeRoleWithSAML": "UnsupportedOperation",
    "AssumeRoleWithWebIdentity": "AccessDenied",
}
# What a program says that asks for more than the model that the arguments come from, or does not know the action.
NOT_ASKED = re.compile("nvalid choice|Unknown options: --dry-run|arguments are required|Parameter validation failed")


def is_refused_well(action, said):
    code = re.search(r"An error occurred \(([A-Za-z.]+)\)", said)
    return code and (code[1] == REFUSED_ABSENT.get(action) or not UNDONE.search(said))


def write(service, action, given):
    dry = ("--dry-run",) if service == "ec2" else ()
    return run(service, command(action), *dry, "--cli-input-json", json.dumps(given, default=lambda blob: base64.b64encode(blob).decode()), "--output", "json")


def writes(page):
    """Every action that changes something, as the program parses its answers and refusals."""
    import boto3

    failures, asked = [], 0
    with ThreadPoolExecutor(max_workers=4) as pool:
        for service, actions in sorted(implemented(page).items()):
            model = boto3.client(service, region_name=REGION).meta.service_model
            wanted = [each for each in sorted(actions) if not each.startswith(("Describe", "Get", "List"))
                      and each in model.operation_names]
            given = [shapes.arguments(model, each, {}) for each in wanted]
            for action, done in zip(wanted, pool.map(functools.partial(write, service), wanted, given)):
                if NOT_ASKED.search(done.stderr):
                    continue
                asked += 1
                if done.returncode != 0 and not is_refused_well(action, done.stderr):
                    failures.append(f"{service} {action}: {done.stderr.strip()}")
                if service == "ec2" and done.returncode == 0:
                    failures.append(f"{service} {action}: the dry run was carried out: {done.stdout.strip()}")
    step(f"{asked} writes")
    if asked < 60:
        failures.append(f"only {asked} writes are known to the program")
    finish(failures)


def main():
    step(run("--version").stdout.strip())
    identity()
    zone = places()
    with tempfile.TemporaryDirectory() as folder:
        key(folder)
        instances(folder)
        volume(zone)
        storage(folder)
    finish([])


if len(sys.argv) > 3:
    writes(sys.argv[2])
elif len(sys.argv) > 2:
    reads(sys.argv[2])
else:
    main()
