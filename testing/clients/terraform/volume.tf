# What outlives a machine: a volume that it has, a snapshot and its copy, and an image of the machine.

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.machine.id
}

resource "aws_ebs_snapshot" "data" {
  volume_id   = aws_volume_attachment.data.volume_id
  description = "What the machine had written"

  tags = {
    stage = var.stage
  }
}

resource "aws_ebs_snapshot_copy" "data" {
  source_snapshot_id = aws_ebs_snapshot.data.id
  source_region      = "us-east-1"

  tags = {
    stage = var.stage
  }
}

resource "aws_ebs_volume" "restored" {
  availability_zone = data.aws_availability_zones.all.names[0]
  snapshot_id       = aws_ebs_snapshot_copy.data.id
  size              = 2
}

resource "aws_ami_from_instance" "machine" {
  name                    = "${var.thing}-machine"
  source_instance_id      = aws_volume_attachment.data.instance_id
  snapshot_without_reboot = true

  tags = {
    stage = var.stage
  }
}

output "snapshot" {
  value = aws_ebs_snapshot.data.id
}

# Of the whole account: nothing of it is public, or becomes so.
resource "aws_ebs_snapshot_block_public_access" "account" {
  state = "block-all-sharing"
}

resource "aws_ec2_image_block_public_access" "account" {
  state = "block-new-sharing"
}
