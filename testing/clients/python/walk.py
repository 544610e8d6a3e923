"""Calls everything that the cloud says it carries out, as boto3 offers it: reads, pages, waiters, dry runs.

usage: walk.py ACTIONS_PAGE

The actions come from the page that is generated from the server's registry, their shapes from botocore's own model of the
service, so that an action that is added to the server is walked without a change here. Works with boto3 1.26 (Debian 12)
and newer ones.
"""
import sys

import boto3
from botocore.exceptions import ClientError, WaiterError

import shapes
from cloud import IMAGE, NAME, REFUSED_ALONE, WAITER, client, expect, finish, implemented, step

READS = ("Describe", "Get", "List")
# As many as make a second page where AWS allows no page of less than five.
THINGS = 7
# What an action may never be refused with when it stands on the page.
UNDONE = {"InvalidAction", "UnsupportedOperation", "InternalError", "InternalFailure", "ServiceUnavailable",
          "SignatureDoesNotMatch", "AuthFailure", "UnauthorizedOperation", "AccessDenied", "MalformedQueryString"}
# botocore's waiter knows "InvalidInternetGateway.NotFound"; AWS's documentation, terraform and this cloud say otherwise.
WRONG_WAITERS = {"internet_gateway_exists"}


class Walk:
    """One service's walk. Collects failures, so that one run names them all."""

    def __init__(self, service, actions, present):
        self.service, self.present = service, present
        self.client = client(service)
        self.model = self.client.meta.service_model
        known = set(self.model.operation_names)
        # An old boto3 does not know the actions that AWS added since.
        self.actions = sorted(actions & known)
        self.unknown = sorted(actions - known)
        self.failures = []

    def method(self, action):
        return getattr(self.client, {operation: name for name, operation in
                                     self.client.meta.method_to_api_mapping.items()}[action])

    def fail(self, action, why):
        self.failures.append(f"{self.service} {action}: {why}")

    def arguments(self, action, there):
        """The arguments that the model requires: of things that are there, or of ones that are not."""
        return shapes.arguments(self.model, action, self.present if there else {})

    def call(self, action, **arguments):
        """The answer, or the code of a refusal that is this action's own business."""
        try:
            return self.method(action)(**arguments), None
        except ClientError as error:
            code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            if code in UNDONE or status >= 500 or not error.response["Error"].get("Message"):
                self.fail(action, f"{arguments} is refused with {status} {error}")
            return None, code

    def reads(self):
        for action in [each for each in self.actions if each.startswith(READS)]:
            for arguments in self.variants(action):
                answer, code = self.call(action, **arguments)
                if answer is not None:
                    self.check_answer(action, answer)
                elif not arguments and code != REFUSED_ALONE.get(action):
                    self.fail(action, f"without any argument is refused with {code}")

    def variants(self, action):
        for there in (True, False):
            arguments = self.arguments(action, there)
            shape = self.model.operation_model(action).input_shape
            attribute = arguments.get("Attribute")
            if attribute and getattr(shape.members["Attribute"], "enum", None):
                for each in shape.members["Attribute"].enum:
                    yield {**arguments, "Attribute": each}
            else:
                yield arguments
            if not arguments:
                return

    def check_answer(self, action, answer):
        """Every list that tools look up by its name must be there, also when it is empty."""
        if not answer["ResponseMetadata"].get("RequestId"):
            self.fail(action, "has no request id")
        for key in self.result_keys(action):
            if key not in answer:
                self.fail(action, f"{key} is missing from the answer")

    def result_keys(self, action):
        name = next(name for name, operation in self.client.meta.method_to_api_mapping.items() if operation == action)
        if not self.client.can_paginate(name):
            return []
        keys = self.client.get_paginator(name)._pagination_cfg["result_key"]
        return [key for key in (keys if isinstance(keys, list) else [keys]) if "." not in key]

    def pages(self):
        paged = 0
        for action in [each for each in self.actions if each.startswith(READS)]:
            keys = self.result_keys(action)
            if keys:
                self.page(action, keys)
                paged += 1
        return paged

    def page(self, action, keys):
        name = next(name for name, operation in self.client.meta.method_to_api_mapping.items() if operation == action)
        paginator = self.client.get_paginator(name)
        arguments = self.arguments(action, True)
        limit = paginator._pagination_cfg.get("limit_key")
        shape = self.model.operation_model(action).input_shape.members.get(limit) if limit else None
        smallest = max(shape.metadata.get("min", 1), 5) if shape is not None and self.service == "ec2" else 1
        try:
            whole = self.count(paginator.paginate(**arguments), keys)
            if shape is None:
                return
            in_pages = self.count(paginator.paginate(PaginationConfig={"PageSize": smallest}, **arguments), keys)
        except ClientError as error:
            if error.response["Error"]["Code"] in UNDONE:
                self.fail(action, f"page: {error}")
            return
        if whole != in_pages:
            self.fail(action, f"{whole} things at once, {in_pages} in pages of {smallest}")

    @staticmethod
    def count(pages, keys):
        """Things by kind. A reservation may stand on two pages with some of its instances on each, as at AWS."""
        seen = list(pages)
        return {key: sum(len(thing["Instances"]) if key == "Reservations" else 1
                         for page in seen for thing in page.get(key, [])) for key in keys}

    def dry_runs(self):
        """Every EC2 action knows DryRun; where nothing else is wrong it must say that it would have been done."""
        for action in self.actions:
            shape = self.model.operation_model(action).input_shape
            if shape is None or "DryRun" not in shape.members:
                continue
            arguments = self.arguments(action, True)
            answer, code = self.call(action, DryRun=True, **arguments)
            if answer is not None:
                self.fail(action, "DryRun is carried out")
            elif not arguments and action.startswith(READS) and code != "DryRunOperation":
                self.fail(action, f"DryRun is refused with {code}")

    def waiters(self):
        """Each waiter, asked for what is not there: it must end by its own rules, never by an error it does not know."""
        asked = 0
        for name in self.client.waiter_names:
            waiter = self.client.get_waiter(name)
            action = waiter.config.operation
            if action not in self.actions or name in WRONG_WAITERS:
                continue
            asked += 1
            arguments = self.waiter_arguments(action)
            knows_errors = any(acceptor.matcher == "error" for acceptor in waiter.config.acceptors)
            try:
                waiter.wait(WaiterConfig={"Delay": 1, "MaxAttempts": 1}, **arguments)
            except WaiterError as error:
                if knows_errors and "An error occurred" in str(error):
                    self.fail(action, f"waiter {name} met an error that it does not know: {error}")
            except ClientError as error:
                self.fail(action, f"waiter {name}: {error}")
        return asked

    def waiter_arguments(self, action):
        """Names the thing that is waited for: by the required members, else by the first list of ids."""
        arguments = self.arguments(action, False)
        if arguments:
            return arguments
        members = self.model.operation_model(action).input_shape.members
        for name, shape in members.items():
            if shape.type_name == "list" and name[:-1] in shapes.ABSENT:
                return {name: [shapes.ABSENT[name[:-1]]]}
        return {}


def make_image(ec2, s3):
    """An image of the caller's own: the sample image is another account's, whose attributes nobody else may read."""
    s3.create_bucket(Bucket=NAME)
    # A raw disk is known by its boot sector.
    s3.put_object(Bucket=NAME, Key="disk.raw", Body=bytes(510) + b"\x55\xaa" + bytes(1024 * 1024 - 512))
    image = ec2.register_image(Name=NAME, ImageLocation=f"{NAME}/disk.raw", Architecture="x86_64",
                               RootDeviceName="/dev/vda", VirtualizationType="hvm")["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image], WaiterConfig=WAITER)
    return image


def make_things(ec2, s3):
    """Things of each kind, so that there is something to read and to page through."""
    tags = [{"Key": f"{NAME}-{index}", "Value": "x"} for index in range(THINGS)]
    zone = ec2.describe_availability_zones()["AvailabilityZones"][0]["ZoneName"]
    instances = [each["InstanceId"] for each in ec2.run_instances(
        ImageId=IMAGE, InstanceType="m1.small", MinCount=THINGS, MaxCount=THINGS,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}])["Instances"]]
    volumes = [ec2.create_volume(AvailabilityZone=zone, Size=1)["VolumeId"] for _ in range(THINGS)]
    ec2.create_key_pair(KeyName=NAME)
    ec2.get_waiter("instance_running").wait(InstanceIds=instances, WaiterConfig=WAITER)
    ec2.get_waiter("instance_status_ok").wait(InstanceIds=instances, WaiterConfig=WAITER)
    ec2.get_waiter("system_status_ok").wait(InstanceIds=instances, WaiterConfig=WAITER)
    ec2.get_waiter("volume_available").wait(VolumeIds=volumes, WaiterConfig=WAITER)
    ec2.get_waiter("key_pair_exists").wait(KeyNames=[NAME], WaiterConfig=WAITER)
    ec2.get_waiter("image_exists").wait(ImageIds=[IMAGE], WaiterConfig=WAITER)
    interface = ec2.describe_instances(InstanceIds=instances[:1])["Reservations"][0]["Instances"][0][
        "NetworkInterfaces"][0]
    return instances, volumes, {
        "InstanceId": instances[0], "VolumeId": volumes[0], "ImageId": make_image(ec2, s3), "KeyName": NAME,
        "NetworkInterfaceId": interface["NetworkInterfaceId"], "VpcId": interface["VpcId"],
        "SubnetId": interface["SubnetId"], "GroupId": interface["Groups"][0]["GroupId"]}


def clean_up(ec2, s3, instances, volumes, image):
    ec2.deregister_image(ImageId=image)
    s3.delete_object(Bucket=NAME, Key="disk.raw")
    s3.delete_bucket(Bucket=NAME)
    ec2.stop_instances(InstanceIds=instances[:1])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=instances[:1], WaiterConfig=WAITER)
    ec2.terminate_instances(InstanceIds=instances)
    for each in volumes:
        ec2.delete_volume(VolumeId=each)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=instances, WaiterConfig=WAITER)
    ec2.get_waiter("volume_deleted").wait(VolumeIds=volumes, WaiterConfig=WAITER)
    ec2.delete_key_pair(KeyName=NAME)


def main(page):
    actions = implemented(page)
    expect("services on the page", sorted(actions), ["ec2", "iam", "sts"])
    step("boto3 " + boto3.__version__)
    ec2, s3, failures = client("ec2"), client("s3"), []
    instances, volumes, present = make_things(ec2, s3)
    step("things made")
    for service, names in sorted(actions.items()):
        walk = Walk(service, names, present)
        walk.reads()
        step(f"{service}: reads")
        paged = walk.pages()
        step(f"{service}: {paged} paginators")
        if service == "ec2":
            walk.dry_runs()
            step("ec2: dry runs")
        asked = walk.waiters()
        step(f"{service}: {asked} waiters; not known to this boto3: {' '.join(walk.unknown) or 'none'}")
        failures += walk.failures
    clean_up(ec2, s3, instances, volumes, present["ImageId"])
    step("things removed")
    finish(failures)


main(sys.argv[1])
