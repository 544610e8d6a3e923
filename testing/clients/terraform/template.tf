# A launch template, and a machine that is launched from it.

resource "aws_launch_template" "small" {
  name          = var.thing
  image_id      = data.aws_ami.sample.id
  instance_type = "t3.micro"
  key_name      = aws_key_pair.key.key_name
  description   = "stage ${var.stage}"
  user_data     = base64encode("#!/bin/sh\necho template\n")

  tag_specifications {
    resource_type = "instance"

    tags = {
      from = "template"
    }
  }

  tags = {
    stage = var.stage
  }
}

resource "aws_instance" "from_template" {
  launch_template {
    id      = aws_launch_template.small.id
    version = "1"
  }

  tags = {
    Name = "${var.thing}-from-template"
  }
}

output "template" {
  value = aws_launch_template.small.id
}
