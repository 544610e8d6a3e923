# Where machines stand to each other, and what is chosen of one machine beside its type.

resource "aws_placement_group" "apart" {
  name     = "${var.thing}-apart"
  strategy = "spread"
}

resource "aws_placement_group" "close" {
  name     = "${var.thing}-close"
  strategy = "cluster"
}

resource "aws_placement_group" "parts" {
  name            = "${var.thing}-parts"
  strategy        = "partition"
  partition_count = 2

  tags = {
    stage = var.stage
  }
}

resource "aws_instance" "chosen" {
  ami                        = data.aws_ami.sample.id
  instance_type              = "t3.small"
  placement_group            = aws_placement_group.parts.name
  placement_partition_number = 2

  cpu_options {
    core_count       = 1
    threads_per_core = 1
  }

  credit_specification {
    cpu_credits = var.stage == "one" ? "standard" : "unlimited"
  }

  maintenance_options {
    auto_recovery = var.stage == "one" ? "default" : "disabled"
  }

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  private_dns_name_options {
    hostname_type = "resource-name"
  }
}

resource "aws_ec2_default_credit_specification" "t4g" {
  instance_family = "t4g"
  cpu_credits     = var.stage == "one" ? "standard" : "unlimited"
}

resource "aws_ec2_instance_metadata_defaults" "account" {
  http_put_response_hop_limit = var.stage == "one" ? 2 : 3
}

output "chosen" {
  value = aws_instance.chosen.id
}
