"""A bucket is mounted with s3fs, and the programs of every day work on it.

usage: s3fs_story.py S3FS AWS
"""
import os
import shutil
import subprocess
import sys
import time

import tool
from cloud import ENDPOINT, LIMIT_SECONDS, NAME, REGION, expect, step


def mounted(path):
    deadline = time.monotonic() + LIMIT_SECONDS
    while not os.path.ismount(path):
        if time.monotonic() > deadline:
            raise AssertionError(f"{path} is not mounted")
        time.sleep(0.1)


with tool.folder() as home:
    aws = tool.program(sys.argv[2])
    aws("--endpoint-url", ENDPOINT, "--region", REGION, "s3", "mb", f"s3://{NAME}")
    password, mount, source = (os.path.join(home, name) for name in ("password", "mount", "source"))
    tool.write(password, f"{tool.KEY}:{tool.SECRET}\n".encode())
    os.chmod(password, 0o600)
    os.makedirs(mount)
    tool.fill(source)
    options = f"passwd_file={password},url={ENDPOINT},use_path_request_style,endpoint={REGION},sigv4"
    s3fs = subprocess.Popen([sys.argv[1], NAME, mount, "-f", "-o", options])
    try:
        mounted(mount)
        target = os.path.join(mount, "files")
        shutil.copytree(source, target)
        expect("what is there", tool.tree(target), tool.tree(source))
        step("copied into the mount")
        os.rename(os.path.join(target, "plain.txt"), os.path.join(target, "renamed.txt"))
        with open(os.path.join(target, "renamed.txt"), "ab") as file:
            file.write(b"appended\n")
        with open(os.path.join(target, "renamed.txt"), "rb") as file:
            expect("what was appended to", file.read(), b"content 0\nappended\n")
        os.chmod(os.path.join(target, "renamed.txt"), 0o600)
        expect("the mode", os.stat(os.path.join(target, "renamed.txt")).st_mode & 0o777, 0o600)
        os.remove(os.path.join(target, "empty"))
        expect("a file that was removed", os.path.exists(os.path.join(target, "empty")), False)
    finally:
        subprocess.run(["fusermount", "-u", mount], check=True, timeout=LIMIT_SECONDS)
        s3fs.wait(LIMIT_SECONDS)
    aws("--endpoint-url", ENDPOINT, "--region", REGION, "s3", "cp", f"s3://{NAME}/files/renamed.txt",
        os.path.join(home, "seen"))
    with open(os.path.join(home, "seen"), "rb") as file:
        expect("seen by another client", file.read(), b"content 0\nappended\n")
    aws("--endpoint-url", ENDPOINT, "--region", REGION, "s3", "rb", "--force", f"s3://{NAME}")
    print("the end")
