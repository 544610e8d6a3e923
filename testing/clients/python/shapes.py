"""Makes arguments for any action from botocore's model of its service, so that what is added needs no script of its own."""

ABSENT = {
    "InstanceId": "i-0123456789abcdef0", "VolumeId": "vol-0123456789abcdef0", "ImageId": "ami-0123456789abcdef0",
    "SnapshotId": "snap-0123456789abcdef0", "VpcId": "vpc-0123456789abcdef0", "SubnetId": "subnet-0123456789abcdef0",
    "NetworkInterfaceId": "eni-0123456789abcdef0", "GroupId": "sg-0123456789abcdef0",
    "AllocationId": "eipalloc-0123456789abcdef0", "LaunchTemplateId": "lt-0123456789abcdef0",
    "InternetGatewayId": "igw-0123456789abcdef0", "NatGatewayId": "nat-0123456789abcdef0",
    "KeyName": "absent", "GroupName": "absent", "VpcPeeringConnectionId": "pcx-0123456789abcdef0",
    "SpotInstanceRequestId": "sir-12345678", "ConversionTaskId": "import-i-12345678",
    "ExportTaskId": "export-i-0123456789abcdef0", "BundleId": "bun-12345678",
    "CustomerGatewayId": "cgw-0123456789abcdef0", "VpnConnectionId": "vpn-0123456789abcdef0",
    "ImportTaskId": "import-snap-0123456789abcdef0", "Default": "absent",
    "PolicyArn": "arn:aws:iam::123456789012:policy/absent",
    "PolicySourceArn": "arn:aws:iam::123456789012:user/absent",
    "OpenIDConnectProviderArn": "arn:aws:iam::123456789012:oidc-provider/absent.example.com",
    "SAMLProviderArn": "arn:aws:iam::123456789012:saml-provider/absent",
    "SerialNumber": "arn:aws:iam::123456789012:mfa/absent", "VersionId": "v1", "AccessKeyId": "AKIAAAAAAAAAAAAAAAAA",
    "PolicyDocument": '{"Version":"2012-10-17","Statement":[]}',
    "PolicyInputList": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    "ActionNames": "ec2:RunInstances",
    "JobId": "0123456789abcdef0123456789abcdef0123",
}
PLAIN = {"integer": 1, "long": 1, "float": 1.0, "double": 1.0, "boolean": False, "blob": b"x", "map": {},
         "timestamp": "2026-01-01T00:00:00Z"}


def value(name, shape, present):
    if shape.type_name == "list":
        return [value(name[:-1] if name.endswith("s") and name not in ABSENT else name, shape.member, present)]
    if shape.type_name == "structure":
        return {member: value(member, shape.members[member], present) for member in shape.required_members}
    if shape.type_name in PLAIN:
        return PLAIN[shape.type_name]
    if getattr(shape, "enum", None) and name != "Attribute":
        return shape.enum[0]
    text = present.get(name) or ABSENT.get(name, ABSENT["Default"])
    return text.ljust(shape.metadata.get("min", 0), "x")


def arguments(model, action, present):
    """The arguments that the model requires: of the things that are present by member name, else of ones that are not there."""
    shape = model.operation_model(action).input_shape
    return {} if shape is None else {name: value(name, shape.members[name], present) for name in shape.required_members}
