"""A folder is copied, synchronised and checked with rclone.

usage: rclone_story.py RCLONE
"""
import json
import os
import sys

import tool
from cloud import ENDPOINT, NAME, REGION, expect, expect_in, step

# Its own library for S3 stumbles over this variable; rclone has an option of its own.
BUNDLE = os.environ.pop("AWS_CA_BUNDLE", "")

with tool.folder() as home:
    run = tool.program(sys.argv[1], RCLONE_CONFIG=os.path.join(home, "none"), RCLONE_CONFIG_STORE_TYPE="s3",
                       RCLONE_CONFIG_STORE_PROVIDER="Other", RCLONE_CONFIG_STORE_ACCESS_KEY_ID=tool.KEY,
                       RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY=tool.SECRET, RCLONE_CONFIG_STORE_ENDPOINT=ENDPOINT,
                       RCLONE_CONFIG_STORE_REGION=REGION, RCLONE_CONFIG_STORE_FORCE_PATH_STYLE="true",
                       RCLONE_CONFIG_STORE_LOCATION_CONSTRAINT=REGION,
                       RCLONE_CA_CERT=BUNDLE)
    source, back = os.path.join(home, "source"), os.path.join(home, "back")
    store = f"store:{NAME}"
    tool.fill(source)
    run("mkdir", store)
    run("copy", source, store + "/files", "--s3-upload-cutoff", "8M", "--s3-chunk-size", "5M")
    run("check", source, store + "/files", "--download")
    run("check", source, store + "/files")
    listed = {each["Path"]: each["Size"] for each in json.loads(run("lsjson", "-R", "--files-only", store + "/files"))}
    expect("what is there", sorted(listed), sorted(tool.tree(source)))
    step("copied and checked")

    os.remove(os.path.join(source, "plain.txt"))
    tool.write(os.path.join(source, "new.txt"), b"new\n")
    tool.write(os.path.join(source, "two words.txt"), b"changed\n")
    expect_in("a difference", "differences", tool.refused(run, "check", source, store + "/files"))
    run("sync", source, store + "/files")
    run("check", source, store + "/files")
    run("sync", store + "/files", back)
    expect("what came back", tool.tree(back), tool.tree(source))
    step("synchronised both ways")

    run("copyto", store + "/files/big.bin", store + "/copies/big.bin")
    run("moveto", store + "/copies/big.bin", store + "/moved/big.bin")
    run("check", store + "/files", store + "/moved", "--one-way", "--include", "big.bin")
    expect("a stream", run("rcat", store + "/stream", text="streamed\n"), "")
    expect("the stream", run("cat", store + "/stream"), "streamed\n")
    expect_in("bytes", "big.bin", run("ls", store + "/moved"))
    address = run("link", store + "/stream").strip()
    expect("a link that is signed", address.startswith(ENDPOINT) and "X-Amz-Signature" in address, True)
    run("purge", store)
    expect("the bucket is gone", NAME in run("lsd", "store:"), False)
    print("the end")
