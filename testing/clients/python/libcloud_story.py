"""Apache libcloud as its users have it: the EC2 and S3 drivers pointed at another host and port, EC2 with the signatures of
version 2 (its own choice) and 4.

Works with libcloud 3.4 (Debian 12) and newer.
"""
import io
import os
import urllib.parse

import libcloud
from libcloud.common.types import InvalidCredsError
from libcloud.compute.base import NodeImage
from libcloud.compute.providers import get_driver as compute_driver
from libcloud.compute.types import NodeState
from libcloud.compute.types import Provider as ComputeProvider
from libcloud.storage.providers import get_driver as storage_driver
from libcloud.storage.types import ContainerDoesNotExistError, ObjectDoesNotExistError
from libcloud.storage.types import Provider as StorageProvider

from cloud import ENDPOINT, IMAGE, NAME, REGION, eventually, expect, finish, step

ADDRESS = urllib.parse.urlsplit(ENDPOINT)
KEYS = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
PLACE = {"host": ADDRESS.hostname, "port": ADDRESS.port, "secure": ADDRESS.scheme == "https"}


def compute(version):
    driver = compute_driver(ComputeProvider.EC2)(*KEYS, region=REGION, signature_version=version, **PLACE)
    zones = driver.ex_list_availability_zones()
    expect("a zone", bool(zones), True)
    # The driver's sizes are a table of its own: one that this cloud has too.
    size = next(each for each in driver.list_sizes() if each.id == "t2.small")
    image = driver.get_image(IMAGE)
    expect("image", isinstance(image, NodeImage), True)
    step(f"libcloud {libcloud.__version__}, signature version {version}: zones, sizes and images")
    key = driver.create_key_pair(NAME)
    expect("private key", "PRIVATE KEY" in key.private_key, True)
    expect("key", driver.get_key_pair(NAME).fingerprint, key.fingerprint)
    node = driver.create_node(name=NAME, image=image, size=size, ex_keyname=NAME, ex_metadata={"owner": "libcloud"})
    nodes = driver.wait_until_running([node], wait_period=1, timeout=180, ssh_interface="private_ips")
    expect("running nodes", [each.id for each, _ in nodes], [node.id])
    expect("name", driver.list_nodes(ex_node_ids=[node.id])[0].name, NAME)
    expect("tags", driver.ex_describe_tags(node)["owner"], "libcloud")
    driver.ex_create_tags(node, {"stage": "test"})
    expect("tags", driver.ex_describe_tags(node).get("stage"), "test")
    expect("restart", driver.reboot_node(node), True)
    driver.stop_node(node)
    eventually("stop", lambda: state(driver, node) == NodeState.STOPPED)
    driver.start_node(node)
    eventually("start", lambda: state(driver, node) == NodeState.RUNNING)
    step("node run, stopped and started")
    volume = driver.create_volume(1, NAME, location=location(driver))
    eventually("volume", lambda: next(each for each in driver.list_volumes() if each.id == volume.id).extra[
        "state"] == "available")
    expect("volume deleted", driver.destroy_volume(volume), True)
    expect("node destroyed", driver.destroy_node(node), True)
    eventually("end", lambda: state(driver, node) in (NodeState.TERMINATED, None))
    expect("key deleted", driver.delete_key_pair(key), True)
    expect("networks", bool(driver.ex_list_networks()), True)
    expect("subnets", bool(driver.ex_list_subnets()), True)
    expect("groups", "default" in driver.ex_list_security_groups(), True)
    step("node, volume and key removed")


def location(driver):
    return driver.list_locations()[0]


def state(driver, node):
    return next((each.state for each in driver.list_nodes() if each.id == node.id), None)


def storage():
    driver = storage_driver(StorageProvider.S3)(*KEYS, region=REGION, **PLACE)
    container = driver.create_container(NAME)
    step("container made")
    data = os.urandom(1024 * 1024)
    uploaded = driver.upload_object_via_stream(io.BytesIO(data), container, "folder/a +&=.bin",
                                               extra={"meta_data": {"owner": "libcloud"}})
    expect("object", uploaded.name, "folder/a +&=.bin")
    large = os.urandom(6 * 1024 * 1024)
    driver.upload_object_via_stream(io.BytesIO(large), container, "large")
    expect("objects", sorted(each.name for each in driver.list_container_objects(container)),
           ["folder/a +&=.bin", "large"])
    found = driver.get_object(NAME, "folder/a +&=.bin")
    expect("metadata", found.meta_data.get("owner"), "libcloud")
    expect("content", b"".join(driver.download_object_as_stream(found)), data)
    back = driver.get_object(NAME, "large")
    expect("size", back.size, len(large))
    expect("large content", b"".join(driver.download_object_as_stream(back)), large)
    for each in list(driver.list_container_objects(container)):
        driver.delete_object(each)
    absent(ObjectDoesNotExistError, driver.get_object, NAME, "large")
    driver.delete_container(container)
    absent(ContainerDoesNotExistError, driver.get_container, NAME)
    step("objects and container removed")


def absent(kind, call, *arguments):
    try:
        call(*arguments)
    except kind:
        return
    raise AssertionError(f"{arguments} is there")


def refused(version):
    driver = compute_driver(ComputeProvider.EC2)(KEYS[0], "wrong", region=REGION, signature_version=version, **PLACE)
    absent(InvalidCredsError, driver.list_nodes)
    step("a wrong key is refused")


for each_version in ("2", "4"):
    compute(each_version)
    refused(each_version)
storage()
finish([])
