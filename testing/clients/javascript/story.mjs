// A user's story with the AWS SDK for JavaScript v3, the endpoint being all that is set: paginators, waiters, streams, errors.
// Credentials, region and endpoint come from the environment that "coppice env" exports.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import * as ec2Api from "@aws-sdk/client-ec2";
import * as iamApi from "@aws-sdk/client-iam";
import * as s3Api from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Upload } from "@aws-sdk/lib-storage";

const name = "client-" + randomBytes(4).toString("hex");
const image = process.env.COPPICE_SAMPLE_IMAGE;
// Given by name, for versions that do not read AWS_ENDPOINT_URL.
const place = { endpoint: process.env.AWS_ENDPOINT_URL, region: process.env.AWS_REGION };
const ec2 = new ec2Api.EC2Client(place);
const iam = new iamApi.IAMClient(place);
const sts = new STSClient(place);
const s3 = new s3Api.S3Client({ ...place, forcePathStyle: true });
const begun = process.hrtime.bigint();

function step(title) {
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${title}`);
}

const waiting = (client) => ({ client, maxWaitTime: 180, minDelay: 1, maxDelay: 2 });

async function collect(pages, key) {
  const things = [];
  for await (const page of pages) things.push(...page[key]);
  return things;
}

async function refused(code, call) {
  await assert.rejects(call, (error) => error.name === code && error.$metadata.httpStatusCode < 500, code);
}

// Every read of the page of actions that can be asked without arguments, as the SDK's own commands.
async function reads(page) {
  const actions = [...readFileSync(page, "utf8").matchAll(/^\| ([A-Z]\w+) \| ([^|]*) \|/gm)]
    .filter(([, , state]) => state !== "unsupported")
    .map(([, action]) => action);
  const apis = [[ec2Api, ec2], [iamApi, iam]];
  let asked = 0;
  for (const action of actions.filter((each) => /^(Describe|List|Get)/.test(each))) {
    for (const [api, client] of apis.filter(([each]) => each[action + "Command"])) {
      try {
        const answer = await client.send(new api[action + "Command"]({}));
        assert.ok(answer.$metadata.requestId, `${action} has no request id`);
      } catch (error) {
        // Those that must be told what to look at say so, in words.
        assert.ok(error.$metadata?.httpStatusCode < 500, `${action}: ${error}`);
        assert.ok(!/UnsupportedOperation|InvalidAction|AccessDenied|Unauthorized/.test(error.name), `${action}: ${error}`);
        assert.ok(error.message && error.name !== "UnknownError", `${action}: ${error}`);
      }
      asked++;
    }
  }
  assert.ok(asked > 20, `only ${asked} reads`);
  step(`${asked} reads`);
}

async function paginators() {
  let paged = 0;
  for (const [key, paginate] of Object.entries({
    InstanceTypes: ec2Api.paginateDescribeInstanceTypes,
    SecurityGroups: ec2Api.paginateDescribeSecurityGroups,
    Volumes: ec2Api.paginateDescribeVolumes,
    Tags: ec2Api.paginateDescribeTags,
    Images: ec2Api.paginateDescribeImages,
    Reservations: ec2Api.paginateDescribeInstances,
    Vpcs: ec2Api.paginateDescribeVpcs,
    Subnets: ec2Api.paginateDescribeSubnets,
  })) {
    const whole = await collect(paginate({ client: ec2 }, {}), key);
    const inPages = await collect(paginate({ client: ec2, pageSize: 5 }, {}), key);
    if (key !== "Reservations") assert.equal(inPages.length, whole.length, key);
    paged++;
  }
  step(`${paged} paginators`);
}

async function compute() {
  const key = await ec2.send(new ec2Api.CreateKeyPairCommand({ KeyName: name, KeyType: "ed25519" }));
  assert.match(key.KeyMaterial, /PRIVATE KEY/);
  await ec2Api.waitUntilKeyPairExists(waiting(ec2), { KeyNames: [name] });
  const run = await ec2.send(new ec2Api.RunInstancesCommand({
    ImageId: image, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, KeyName: name,
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: name }] }],
  }));
  const ids = { InstanceIds: [run.Instances[0].InstanceId] };
  assert.ok(run.Instances[0].LaunchTime instanceof Date);
  await ec2Api.waitUntilInstanceExists(waiting(ec2), ids);
  await ec2Api.waitUntilInstanceRunning(waiting(ec2), ids);
  await ec2Api.waitUntilInstanceStatusOk(waiting(ec2), ids);
  const found = await ec2.send(new ec2Api.DescribeInstancesCommand({ Filters: [{ Name: "tag:Name", Values: [name] }] }));
  assert.equal(found.Reservations[0].Instances[0].InstanceId, ids.InstanceIds[0]);
  await ec2.send(new ec2Api.StopInstancesCommand(ids));
  await ec2Api.waitUntilInstanceStopped(waiting(ec2), ids);
  await refused("DryRunOperation", () => ec2.send(new ec2Api.StartInstancesCommand({ ...ids, DryRun: true })));
  const zone = found.Reservations[0].Instances[0].Placement.AvailabilityZone;
  const volume = await ec2.send(new ec2Api.CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }));
  const volumes = { VolumeIds: [volume.VolumeId] };
  await ec2Api.waitUntilVolumeAvailable(waiting(ec2), volumes);
  await paginators();
  await ec2.send(new ec2Api.DeleteVolumeCommand({ VolumeId: volume.VolumeId }));
  await ec2Api.waitUntilVolumeDeleted(waiting(ec2), volumes);
  await ec2.send(new ec2Api.TerminateInstancesCommand(ids));
  await ec2Api.waitUntilInstanceTerminated(waiting(ec2), ids);
  await ec2.send(new ec2Api.DeleteKeyPairCommand({ KeyName: name }));
  await refused("InvalidInstanceID.NotFound",
    () => ec2.send(new ec2Api.DescribeInstancesCommand({ InstanceIds: ["i-0123456789abcdef0"] })));
  step("instance, volume and key made and removed");
}

async function storage() {
  await s3.send(new s3Api.CreateBucketCommand({ Bucket: name }));
  await s3Api.waitUntilBucketExists(waiting(s3), { Bucket: name });
  const data = randomBytes(11 * 1024 * 1024);
  const upload = new Upload({ client: s3, params: { Bucket: name, Key: "large", Body: data }, partSize: 5 * 1024 * 1024 });
  await upload.done();
  const back = await s3.send(new s3Api.GetObjectCommand({ Bucket: name, Key: "large" }));
  assert.ok(data.equals(Buffer.from(await back.Body.transformToByteArray())), "what came back is not what was sent");
  for (const key of ["a ü.txt", "sub/b+&.txt", "sub/c"]) {
    await s3.send(new s3Api.PutObjectCommand({ Bucket: name, Key: key, Body: key, Metadata: { owner: name } }));
  }
  await s3Api.waitUntilObjectExists(waiting(s3), { Bucket: name, Key: "sub/c" });
  const objects = await collect(s3Api.paginateListObjectsV2({ client: s3, pageSize: 1 }, { Bucket: name }), "Contents");
  assert.deepEqual(objects.map(({ Key }) => Key).sort(), ["a ü.txt", "large", "sub/b+&.txt", "sub/c"]);
  const head = await s3.send(new s3Api.HeadObjectCommand({ Bucket: name, Key: "sub/c" }));
  assert.equal(head.Metadata.owner, name);
  await refused("NoSuchKey", () => s3.send(new s3Api.GetObjectCommand({ Bucket: name, Key: "absent" })));
  await s3.send(new s3Api.DeleteObjectsCommand({
    Bucket: name, Delete: { Objects: objects.map(({ Key }) => ({ Key })) },
  }));
  await s3Api.waitUntilObjectNotExists(waiting(s3), { Bucket: name, Key: "large" });
  await s3.send(new s3Api.DeleteBucketCommand({ Bucket: name }));
  await s3Api.waitUntilBucketNotExists(waiting(s3), { Bucket: name });
  step("bucket filled and removed");
}

async function identity() {
  const me = await sts.send(new GetCallerIdentityCommand({}));
  assert.match(me.Account, /^\d{12}$/);
  const made = await iam.send(new iamApi.CreateUserCommand({ UserName: name }));
  assert.equal(made.User.Arn, `arn:aws:iam::${me.Account}:user/${name}`);
  await iamApi.waitUntilUserExists(waiting(iam), { UserName: name });
  const users = await collect(iamApi.paginateListUsers({ client: iam, pageSize: 1 }, {}), "Users");
  assert.ok(users.some(({ UserName }) => UserName === name));
  await iam.send(new iamApi.DeleteUserCommand({ UserName: name }));
  await refused("NoSuchEntityException", () => iam.send(new iamApi.GetUserCommand({ UserName: name })));
  step("user made and removed");
}

step(`node ${process.version}`);
await identity();
await reads(process.argv[2]);
await compute();
await storage();
step("the end");
