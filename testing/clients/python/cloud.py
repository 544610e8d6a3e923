"""What the scripts for AWS's Python clients share: clients for the cloud under test, expectations and a step log.

The endpoint and the keys come from the environment that "coppice env" exports.
"""
import os
import re
import secrets
import time

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
REGION = os.environ["AWS_REGION"]
IMAGE = os.environ["COPPICE_SAMPLE_IMAGE"]
NAME = "client-" + secrets.token_hex(4)
LIMIT_SECONDS = 180
WAITER = {"Delay": 1, "MaxAttempts": LIMIT_SECONDS}

# Reads that AWS, too, refuses when nothing is named, though its model requires nothing.
REFUSED_ALONE = {
    "DescribeLaunchTemplateVersions": "MissingParameter",
    "DescribeSpotDatafeedSubscription": "InvalidSpotDatafeed.NotFound",
    "GetAccountPasswordPolicy": "NoSuchEntity",
    "GetCredentialReport": "ReportNotPresent",
    "GetLoginProfile": "NoSuchEntity",
    "GetTransitGatewayMulticastDomainAssociations": "MissingParameter",
}

BEGUN = time.monotonic()


def client(service):
    # Imported where it is used: the scripts of the other clients need no boto3.
    import boto3
    from botocore.config import Config

    options = {"s3": {"addressing_style": "path"}} if service == "s3" else {}
    return boto3.client(service, endpoint_url=ENDPOINT, region_name=REGION,
                        config=Config(retries={"max_attempts": 2}, **options))


SERVICES = {"EC2": "ec2", "IAM": "iam", "STS": "sts"}


def implemented(page):
    """Service to its actions that are answered with more than a refusal, from the generated page of actions."""
    found, service = {}, None
    with open(page, encoding="utf-8") as lines:
        for line in lines:
            heading = re.match(r"## (\w+)", line)
            row = re.match(r"\| ([A-Z]\w+) \| ([^|]*) \|", line)
            if heading:
                service = SERVICES.get(heading.group(1))
            elif row and service and row.group(2) != "unsupported":
                found.setdefault(service, set()).add(row.group(1))
    return found


def step(title):
    print(f"{time.monotonic() - BEGUN:7.1f} s  {title}", flush=True)


def expect(what, seen, wanted):
    if seen != wanted:
        raise AssertionError(f"{what} is {seen!r}, expected {wanted!r}")


def expect_in(what, seen, all_of):
    if seen not in all_of:
        raise AssertionError(f"{what}: {seen!r} is not in {all_of!r}")


def refusal(call, **arguments):
    """The error code with which boto3's call is refused."""
    from botocore.exceptions import ClientError

    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("was not refused")


def eventually(what, look):
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {LIMIT_SECONDS} s")
        time.sleep(0.5)


def finish(failures):
    """Ends the script: with every failure, or with the words that its test looks for."""
    for failure in failures:
        print("FAILED: " + failure, flush=True)
    if failures:
        raise SystemExit(f"{len(failures)} failures")
    step("the end")
