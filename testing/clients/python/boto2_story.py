"""boto 2.49, the client of the old days, which euca2ools and many scripts were made with: SigV2, the path of Eucalyptus and
an old API version; and as it came last, with SigV4.

It needs Python 3 up to 3.11.
"""
import os
import urllib.parse

import boto
import boto.ec2
from boto.ec2.connection import EC2Connection
from boto.ec2.regioninfo import RegionInfo
from boto.exception import EC2ResponseError

from cloud import ENDPOINT, IMAGE, NAME, REGION, eventually, expect, finish, step

ADDRESS = urllib.parse.urlsplit(ENDPOINT)
KEYS = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])


class Sigv2Connection(EC2Connection):
    """Signs as boto did before 2014, and as euca2ools did all its life."""

    APIVersion = "2009-11-30"

    def _required_auth_capability(self):
        return ["ec2"]


def connect(kind, path):
    return kind(*KEYS, is_secure=ADDRESS.scheme == "https", port=ADDRESS.port, path=path,
                region=RegionInfo(name=REGION, endpoint=ADDRESS.hostname))


def story(kind, path):
    ec2 = connect(kind, path)
    name = f"{NAME}-{kind.__name__}"
    step(f"boto {boto.Version}, {kind.__name__}, API {ec2.APIVersion}, {path}")
    expect("region", [each.name for each in ec2.get_all_regions()], [REGION])
    zone = ec2.get_all_zones()[0].name
    expect("image", [each.id for each in ec2.get_all_images(image_ids=[IMAGE])], [IMAGE])
    key = ec2.create_key_pair(name)
    expect("private key", key.material.startswith("-----BEGIN RSA PRIVATE KEY-----"), True)
    instance = ec2.run_instances(IMAGE, instance_type="m1.small", key_name=name, user_data="hello").instances[0]
    eventually("running instance", lambda: instance.update() == "running")
    expect("place", instance.placement, zone)
    instance.add_tag("Name", name)
    found = ec2.get_only_instances(filters={"tag:Name": name})
    expect("instances by tag", [each.id for each in found], [instance.id])
    volume = ec2.create_volume(1, zone)
    eventually("volume", lambda: volume.update() == "available")
    expect("volume deleted", volume.delete(), True)
    instance.stop()
    eventually("stopped instance", lambda: instance.update() == "stopped")
    instance.terminate()
    eventually("terminated instance", lambda: instance.update() == "terminated")
    expect("key deleted", ec2.delete_key_pair(name), True)
    try:
        ec2.get_all_key_pairs(keynames=[name])
        raise AssertionError("the key is still there")
    except EC2ResponseError as error:
        expect("error code", error.code, "InvalidKeyPair.NotFound")
    step("the story is told")


story(EC2Connection, "/")
story(Sigv2Connection, "/services/compute")
finish([])
