"""What a Python program does with an object store, from the first bucket to the last; fails at the first surprise."""
import hashlib
import io
import os
import sys
import urllib.error
import urllib.request
import uuid

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = sys.argv[1]
s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                  config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"))
bucket = "boto3-" + uuid.uuid4().hex


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, (code, e.response["Error"])
        assert "RequestId" in e.response["ResponseMetadata"]
        return
    raise AssertionError(code + " was expected of " + str(arguments))


s3.create_bucket(Bucket=bucket)
s3.put_object(Bucket=bucket, Key="a b/ü+&.txt", Body=b"hello", ContentType="text/plain", Metadata={"m": "1"})
got = s3.get_object(Bucket=bucket, Key="a b/ü+&.txt")
assert got["Body"].read() == b"hello" and got["ContentType"] == "text/plain" and got["Metadata"] == {"m": "1"}
assert got["ETag"] == '"' + hashlib.md5(b"hello").hexdigest() + '"'

big = os.urandom(20 * 1024 * 1024 + 17)
s3.upload_fileobj(io.BytesIO(big), bucket, "big",
                  Config=TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20))
target = io.BytesIO()
s3.download_fileobj(bucket, "big", target)
assert target.getvalue() == big
assert s3.head_object(Bucket=bucket, Key="big")["ETag"].endswith('-3"')

for key in ["x/1", "x/2", "y/1", "z", "odd\x01key"]:
    s3.put_object(Bucket=bucket, Key=key, Body=b"")
page = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["a b/", "x/", "y/"], page
assert [o["Key"] for o in page["Contents"]] == ["big", "odd\x01key", "z"], page
first = s3.list_objects(Bucket=bucket, MaxKeys=2)
assert first["IsTruncated"] and len(first["Contents"]) == 2

url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "z"}, ExpiresIn=60)
assert urllib.request.urlopen(url).read() == b""
put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "presigned"}, ExpiresIn=60)
urllib.request.urlopen(urllib.request.Request(put, data=b"by url", method="PUT",
                                              headers={"Content-Type": ""})).read()
assert s3.get_object(Bucket=bucket, Key="presigned")["Body"].read() == b"by url"
for broken in (url[:-1] + ("0" if url[-1] != "0" else "1"), url.replace("Expires=60", "Expires=61")):
    try:
        urllib.request.urlopen(broken)
        raise AssertionError("a broken signature was accepted")
    except urllib.error.HTTPError as e:
        assert e.code == 403 and b"SignatureDoesNotMatch" in e.read()

refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="nothing")
refused("404", s3.head_object, Bucket=bucket, Key="nothing")
refused("NoSuchBucket", s3.list_objects_v2, Bucket="no-such-" + uuid.uuid4().hex)
refused("BucketNotEmpty", s3.delete_bucket, Bucket=bucket)
refused("NoSuchUpload", s3.list_parts, Bucket=bucket, Key="z", UploadId="nothing")
refused("BadDigest", s3.put_object, Bucket=bucket, Key="bad", Body=b"x", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")
refused("NoSuchBucketPolicy", s3.get_bucket_policy, Bucket=bucket)
assert s3.get_bucket_versioning(Bucket=bucket).get("Status") is None
assert s3.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
refused("NotImplemented", s3.put_bucket_accelerate_configuration, Bucket=bucket, AccelerateConfiguration={"Status": "Enabled"})


def tampered(request, **kwargs):
    request.headers["x-amz-meta-evil"] = "unsigned"


s3.meta.events.register("before-send.s3.PutObject", tampered)
refused("AccessDenied", s3.put_object, Bucket=bucket, Key="tampered", Body=b"x")
s3.meta.events.unregister("before-send.s3.PutObject", tampered)


def other_body(request, **kwargs):
    request.body = request.body.replace(b"<Key>x/1<", b"<Key>x/2<")


s3.meta.events.register("before-send.s3.DeleteObjects", other_body)
try:
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "x/1"}]})
    raise AssertionError("a body that was not the signed one was accepted")
except ClientError as e:
    assert e.response["Error"]["Code"] in ("XAmzContentSHA256Mismatch", "BadDigest"), e.response["Error"]
s3.meta.events.unregister("before-send.s3.DeleteObjects", other_body)
assert s3.head_object(Bucket=bucket, Key="x/2")["ContentLength"] == 0
assert s3.head_object(Bucket=bucket, Key="z")["ContentLength"] == 0

stranger = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="AKIANOBODY",
                        aws_secret_access_key="x", config=Config(s3={"addressing_style": "path"}))
refused("InvalidAccessKeyId", stranger.list_buckets)

# This key cannot stand in an XML body, so it is removed by itself.
s3.delete_object(Bucket=bucket, Key="odd\x01key")
keys = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]]
deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in keys]})
assert len(deleted["Deleted"]) == len(keys)
s3.delete_bucket(Bucket=bucket)
print("boto3", boto3.__version__, "is content")
