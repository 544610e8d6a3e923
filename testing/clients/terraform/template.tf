# A launch template. No machine is launched from it: the provider finds an instance's template by the tags
# aws:ec2launchtemplate:id and :version, which AWS writes and this cloud does not yet.

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

output "template" {
  value = aws_launch_template.small.id
}
