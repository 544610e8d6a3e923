"""What the scripts for S3 tools share: running a program, files to store, and a look at the store from outside the tool."""
import hashlib
import os
import subprocess
import tempfile
from urllib.parse import urlparse

from cloud import ENDPOINT

KEY = os.environ["AWS_ACCESS_KEY_ID"]
SECRET = os.environ["AWS_SECRET_ACCESS_KEY"]
HOST = urlparse(ENDPOINT).netloc
SECURE = urlparse(ENDPOINT).scheme == "https"
LIMIT_SECONDS = 300
MIB = 1024 * 1024

# Names that stores have mangled: each must come back as it was.
NAMES = ("plain.txt", "two words.txt", "plus+and&.txt", "percent%41.txt", "tilde~'quote'.txt", "äöü-日本.txt",
         "folder/inner/deep.bin")


class Refused(Exception):
    """A program that ended with an error; its text is what it said."""


def program(path, **environment):
    """Gives a function that runs the program with arguments and returns what it said."""
    def run(*arguments, text=None):
        done = subprocess.run([path, *arguments], input=text, capture_output=True, text=True, timeout=LIMIT_SECONDS,
                              check=False, env={**os.environ, **environment})
        if done.returncode != 0:
            raise Refused(f"{path} {' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout
    return run


def refused(run, *arguments):
    """Runs what must be refused, and gives what it said."""
    try:
        said = run(*arguments)
    except Refused as error:
        return str(error)
    raise AssertionError(f"{arguments} was not refused: {said}")


def folder():
    return tempfile.TemporaryDirectory(prefix="s3-tool-")


def fill(root, big=20 * MIB):
    """Files with names and sizes that have gone wrong elsewhere."""
    for index, name in enumerate(NAMES):
        write(os.path.join(root, name), f"content {index}\n".encode() * (index + 1))
    write(os.path.join(root, "empty"), b"")
    write(os.path.join(root, "big.bin"), os.urandom(big))


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def tree(root):
    """Every file of a folder with the digest of its content."""
    found = {}
    for where, _, names in os.walk(root):
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = hashlib.sha256(file.read()).hexdigest()
    return found
