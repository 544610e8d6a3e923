# A network of one's own, as terraform's examples lay it out: a public and a private subnet, the ways out of both, an ACL, a
# group, an interface and addresses.
resource "aws_vpc" "net" {
  cidr_block                       = "10.20.0.0/16"
  enable_dns_hostnames             = true
  assign_generated_ipv6_cidr_block = true

  tags = {
    Name  = var.thing
    stage = var.stage
  }
}

resource "aws_vpc_ipv4_cidr_block_association" "more" {
  vpc_id     = aws_vpc.net.id
  cidr_block = "10.21.0.0/16"
}

resource "aws_subnet" "public" {
  vpc_id                          = aws_vpc.net.id
  cidr_block                      = "10.20.1.0/24"
  map_public_ip_on_launch         = true
  ipv6_cidr_block                 = cidrsubnet(aws_vpc.net.ipv6_cidr_block, 8, 1)
  assign_ipv6_address_on_creation = true
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc_ipv4_cidr_block_association.more.vpc_id
  cidr_block = "10.21.1.0/24"

  tags = {
    stage = var.stage
  }
}

resource "aws_internet_gateway" "out" {
  vpc_id = aws_vpc.net.id
}

resource "aws_egress_only_internet_gateway" "out" {
  vpc_id = aws_vpc.net.id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.net.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.out.id
  }

  route {
    ipv6_cidr_block        = "::/0"
    egress_only_gateway_id = aws_egress_only_internet_gateway.out.id
  }
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_eip" "nat" {
  domain = "vpc"

  tags = {
    Name = var.thing
  }
}

resource "aws_nat_gateway" "out" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id
  depends_on    = [aws_internet_gateway.out]

  tags = {
    stage = var.stage
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.net.id
}

resource "aws_route" "private_out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.out.id
}

resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id
}

resource "aws_network_acl" "public" {
  vpc_id     = aws_vpc.net.id
  subnet_ids = [aws_subnet.public.id]

  ingress {
    rule_no    = 100
    protocol   = "tcp"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 22
    to_port    = 80
  }

  egress {
    rule_no    = 100
    protocol   = "-1"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_vpc_dhcp_options" "names" {
  domain_name         = "example.com"
  domain_name_servers = ["AmazonProvidedDNS"]
}

resource "aws_vpc_dhcp_options_association" "names" {
  vpc_id          = aws_vpc.net.id
  dhcp_options_id = aws_vpc_dhcp_options.names.id
}

resource "aws_security_group" "web" {
  name        = var.thing
  description = "web servers"
  vpc_id      = aws_vpc.net.id

  ingress {
    description = "web, ${var.stage}"
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    protocol  = "icmp"
    from_port = -1
    to_port   = -1
    self      = true
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group_rule" "ssh" {
  security_group_id = aws_security_group.inner.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22

  source_security_group_id = aws_security_group.web.id
}

resource "aws_security_group" "inner" {
  name   = "${var.thing}-inner"
  vpc_id = aws_vpc.net.id
}

resource "aws_network_interface" "face" {
  subnet_id       = aws_subnet.public.id
  private_ips     = ["10.20.1.50"]
  security_groups = [aws_security_group.web.id]

  tags = {
    stage = var.stage
  }
}

resource "aws_eip" "face" {
  domain            = "vpc"
  network_interface = aws_network_interface.face.id
  depends_on        = [aws_internet_gateway.out]
}

resource "aws_instance" "inside" {
  ami                    = data.aws_ami.sample.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.web.id]
}

resource "aws_eip" "inside" {
  domain     = "vpc"
  instance   = aws_instance.inside.id
  depends_on = [aws_internet_gateway.out]
}

output "vpc" {
  value = aws_vpc.net.id
}

output "subnet" {
  value = aws_subnet.private.id
}

output "gateway" {
  value = aws_internet_gateway.out.id
}

output "table" {
  value = aws_route_table.public.id
}

output "acl" {
  value = aws_network_acl.public.id
}

output "group" {
  value = aws_security_group.web.id
}

output "interface" {
  value = aws_network_interface.face.id
}

output "nat" {
  value = aws_nat_gateway.out.id
}

output "address" {
  value = aws_eip.nat.id
}
