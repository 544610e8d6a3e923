"""Files go to a bucket and back with s3cmd, whose uploads are signed in version 4 and come in parts from 15 MiB on.

usage: s3cmd_story.py S3CMD
"""
import os
import sys

import tool
from cloud import NAME, REGION, expect, expect_in, step

with tool.folder() as home:
    config = os.path.join(home, "s3cfg")
    tool.write(config, f"""[default]
access_key = {tool.KEY}
secret_key = {tool.SECRET}
host_base = {tool.HOST}
host_bucket = {tool.HOST}
bucket_location = {REGION}
use_https = {tool.SECURE}
ca_certs_file = {os.environ.get("AWS_CA_BUNDLE", "")}
""".encode())
    run = tool.program(sys.argv[1])

    def s3cmd(*arguments):
        return run("--config", config, "--no-progress", *arguments)

    bucket = f"s3://{NAME}"
    s3cmd("mb", bucket)
    expect_in("the bucket", bucket, s3cmd("ls"))
    source, back = os.path.join(home, "source"), os.path.join(home, "back")
    tool.fill(source)
    s3cmd("sync", source + "/", bucket + "/files/")
    expect("a second sync sends nothing", "upload:" in s3cmd("sync", source + "/", bucket + "/files/"), False)
    os.makedirs(back)
    s3cmd("sync", bucket + "/files/", back + "/")
    expect("what came back", tool.tree(back), tool.tree(source))
    step("synchronised there and back")

    expect_in("size", str(20 * tool.MIB), s3cmd("info", bucket + "/files/big.bin"))
    s3cmd("cp", bucket + "/files/plain.txt", bucket + "/copy.txt")
    s3cmd("mv", bucket + "/copy.txt", bucket + "/moved.txt")
    s3cmd("modify", "--add-header=x-amz-meta-color:blue", bucket + "/moved.txt")
    expect_in("a header that was added", "x-amz-meta-color: blue", s3cmd("info", bucket + "/moved.txt"))
    s3cmd("setacl", "--acl-public", bucket + "/moved.txt")
    expect_in("a public list", "anon", s3cmd("info", bucket + "/moved.txt").lower())
    policy = os.path.join(home, "policy.json")
    tool.write(policy, f"""{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{NAME}/open/*"}}]}}""".encode())
    s3cmd("setpolicy", policy, bucket)
    expect_in("the policy", "s3:GetObject", s3cmd("info", bucket))
    s3cmd("delpolicy", bucket)
    s3cmd("expire", "--expiry-days=30", bucket)
    expect_in("the rule", "30", s3cmd("info", bucket))
    s3cmd("dellifecycle", bucket)
    step("copied, moved, shared, ruled")

    expect_in("NoSuchKey", "does not exist", tool.refused(s3cmd, "get", bucket + "/nothing", os.path.join(home, "nothing")))
    expect_in("a full bucket", "BucketNotEmpty", tool.refused(s3cmd, "rb", bucket))
    s3cmd("del", "--recursive", "--force", bucket)
    s3cmd("rb", bucket)
    expect("the bucket is gone", bucket in s3cmd("ls"), False)
    print("the end")
