"""A folder is backed up twice, checked to the last byte and restored with restic.

usage: restic_story.py RESTIC
"""
import json
import os
import sys

import tool
from cloud import ENDPOINT, NAME, REGION, expect, expect_in, step

with tool.folder() as home:
    run = tool.program(sys.argv[1], RESTIC_REPOSITORY=f"s3:{ENDPOINT}/{NAME}/backup", RESTIC_PASSWORD="of the test",
                       AWS_DEFAULT_REGION=REGION, RESTIC_CACHE_DIR=os.path.join(home, "cache"),
                       **({"RESTIC_CACERT": os.environ["AWS_CA_BUNDLE"]} if "AWS_CA_BUNDLE" in os.environ else {}))
    source, back = os.path.join(home, "source"), os.path.join(home, "back")
    tool.fill(source)
    expect_in("a repository that is not there", "config", tool.refused(run, "snapshots"))
    run("init")
    run("backup", source)
    before = tool.tree(source)
    tool.write(os.path.join(source, "plain.txt"), b"changed\n")
    run("backup", source)
    snapshots = json.loads(run("snapshots", "--json"))
    expect("snapshots", len(snapshots), 2)
    run("check", "--read-data")
    step("backed up and checked")

    run("restore", "latest", "--target", back)
    expect("what came back", tool.tree(back + source), tool.tree(source))
    run("restore", snapshots[0]["id"], "--target", back + "-first")
    expect("what was there first", tool.tree(back + "-first" + source), before)
    run("forget", "--keep-last", "1", "--prune")
    run("check", "--read-data")
    expect("snapshots that are left", len(json.loads(run("snapshots", "--json"))), 1)
    print("the end")
