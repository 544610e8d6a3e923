# Who may do what: a user in a group, a role with a policy, and an instance profile that hands the role to a machine.

resource "aws_iam_user" "operator" {
  name          = "${var.thing}-operator"
  path          = "/clients/"
  force_destroy = true

  tags = {
    stage = var.stage
  }
}

resource "aws_iam_access_key" "operator" {
  user = aws_iam_user.operator.name
}

resource "aws_iam_group" "operators" {
  name = "${var.thing}-operators"
  path = "/clients/"
}

resource "aws_iam_user_group_membership" "operator" {
  user   = aws_iam_user.operator.name
  groups = [aws_iam_group.operators.name]
}

data "aws_iam_policy_document" "reads" {
  statement {
    sid       = "Reads"
    actions   = ["ec2:Describe*", "s3:GetObject"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = ["us-east-1", var.stage]
    }
  }
}

resource "aws_iam_policy" "reads" {
  name        = "${var.thing}-reads"
  path        = "/clients/"
  description = "Reads, and nothing else."
  policy      = data.aws_iam_policy_document.reads.json
}

resource "aws_iam_group_policy_attachment" "reads" {
  group      = aws_iam_group.operators.name
  policy_arn = aws_iam_policy.reads.arn
}

resource "aws_iam_user_policy" "own" {
  name   = "own"
  user   = aws_iam_user.operator.name
  policy = data.aws_iam_policy_document.reads.json
}

data "aws_iam_policy_document" "machines" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "machine" {
  name                 = "${var.thing}-machine"
  path                 = "/clients/"
  assume_role_policy   = data.aws_iam_policy_document.machines.json
  max_session_duration = 7200

  tags = {
    stage = var.stage
  }
}

resource "aws_iam_role_policy_attachment" "machine" {
  role       = aws_iam_role.machine.name
  policy_arn = aws_iam_policy.reads.arn
}

resource "aws_iam_role_policy" "machine" {
  name   = "own"
  role   = aws_iam_role.machine.name
  policy = data.aws_iam_policy_document.reads.json
}

resource "aws_iam_instance_profile" "machine" {
  name = "${var.thing}-machine"
  path = "/clients/"
  role = aws_iam_role.machine.name
}

output "policy" {
  value = aws_iam_policy.reads.arn
}
