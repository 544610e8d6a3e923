# What a user keeps in this cloud with terraform. The test applies it, plans again, changes it in place, imports from it and
# destroys it. Credentials, region and endpoint come from the environment that "coppice env" exports.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "image" {
  type = string
}

variable "thing" {
  description = "Names everything, so that the test can tell its things."
  type        = string
}

variable "public_key" {
  type = string
}

variable "stage" {
  description = "Changed by the test: must lead to updates in place."
  type        = string
  default     = "one"
}

provider "aws" {
  s3_use_path_style = true

  endpoints {
    ec2 = var.endpoint
    iam = var.endpoint
    s3  = var.endpoint
    sts = var.endpoint
  }
}

data "aws_caller_identity" "me" {}

data "aws_availability_zones" "all" {
  state = "available"
}

data "aws_ami" "sample" {
  owners      = ["amazon", "self"]
  most_recent = true

  filter {
    name   = "image-id"
    values = [var.image]
  }
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_security_group" "default" {
  vpc_id = data.aws_vpc.default.id
  name   = "default"
}

resource "aws_key_pair" "key" {
  key_name   = var.thing
  public_key = var.public_key
}

resource "aws_instance" "machine" {
  ami           = data.aws_ami.sample.id
  instance_type = "t3.micro"
  key_name      = aws_key_pair.key.key_name
  user_data     = "#!/bin/sh\necho hello\n"

  tags = {
    Name  = var.thing
    stage = var.stage
  }
}

resource "aws_ebs_volume" "data" {
  availability_zone = data.aws_availability_zones.all.names[0]
  size              = 1

  tags = {
    stage = var.stage
  }
}

resource "aws_s3_bucket" "bucket" {
  bucket        = var.thing
  force_destroy = true
}

resource "aws_s3_object" "greeting" {
  bucket  = aws_s3_bucket.bucket.id
  key     = "folder/greeting.txt"
  content = "hello, ${var.stage}"
}

output "account" {
  value = data.aws_caller_identity.me.account_id
}

output "instance" {
  value = aws_instance.machine.id
}

output "volume" {
  value = aws_ebs_volume.data.id
}
