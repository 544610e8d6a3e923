"""Prints the verdicts of a run by group of features. Tests that fail on AWS itself, by the suite's own marks, do not count."""
import collections
import json
import re
import sys

# The first that fits a test's name or one of its marks is its group.
GROUPS = [
    ("lifecycle, carried out", r"^$", {"lifecycle_expiration", "lifecycle_transition"}),
    ("lifecycle, rules", r"lifecycle", {"lifecycle"}),
    ("conditional writes", r"put_object_if|delete_objects?_if|copy_object_if", {"conditional_write"}),
    ("checksums", r"checksum|cksum", {"checksum"}),
    ("forms", r"post_object", set()),
    ("object lock", r"object_lock|retention|legal_hold", set()),
    ("encrypted copies", r"test_copy(_part)?_enc", set()),
    ("SSE-C", r"sse_c|sse_customer", set()),
    ("SSE-KMS", r"kms", set()),
    ("SSE-S3 and default encryption", r"sse_s3|encrypt", {"bucket_encryption"}),
    ("CORS", r"cors", set()),
    ("tags", r"tag", {"tagging"}),
    ("ownership", r"ownership", {"object_ownership"}),
    ("public access block", r"block_public|public_block|public_access", set()),
    ("bucket policies", r"policy", {"bucket_policy"}),
    ("access control lists", r"acl|grant|access_bucket|_anon|canned|unreadable", set()),
    ("multipart uploads", r"multipart|upload_part|get_part", set()),
    ("versions", r"version", {"versioning"}),
    ("copies", r"copy", set()),
    ("ranges", r"range", set()),
    ("conditional reads", r"if(_)?(none)?(_)?match|if(un)?modified", set()),
    ("ListObjectsV2", r"listv2|list_objects_v2|objectsv2", set()),
    ("ListObjects", r"bucket_list|delimiter|basic_key_count|list_return", set()),
    ("signatures", r"raw_|presign|expires|bad_auth|authenticated|bad_|date|_aws2", set()),
    ("buckets", r"bucket", set()),
    ("objects", r"", set()),
]


def group(verdict):
    name = verdict["test"].split("::", 1)[1]
    for title, pattern, marks in GROUPS:
        if marks & set(verdict["marks"]) or re.search(pattern, name):
            return title
    raise AssertionError(name)


def main():
    tests = {}
    for line in open(sys.argv[1], encoding="utf-8"):
        verdict = json.loads(line)
        tests[verdict["test"]] = verdict
    counted = [each for each in tests.values() if "fails_on_aws" not in each["marks"]]
    table = collections.defaultdict(collections.Counter)
    for each in counted:
        table[group(each)][each["verdict"]] += 1
    print(f"| {'group':32} | passed | failed | skipped |")
    print(f"|{'-' * 34}|-------:|-------:|--------:|")
    for title, _, _ in GROUPS:
        if title in table:
            row = table[title]
            print(f"| {title:32} | {row['passed']:6} | {row['failed']:6} | {row['skipped']:7} |")
    total = collections.Counter(each["verdict"] for each in counted)
    print(f"| {'all':32} | {total['passed']:6} | {total['failed']:6} | {total['skipped']:7} |")
    for each in sorted(counted, key=lambda test: test["test"]):
        if each["verdict"] == "failed":
            print(f"failed: {each['test'].split('::', 1)[1]}: {each['reason'][:160]}")


main()
