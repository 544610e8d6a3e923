-- NAT gateways and peering connections.

-- Rows of deleted ones stay for a while, so nothing refers to their subnets.
CREATE TABLE nat_gateways (
    id                   varchar(21)  PRIMARY KEY,
    account_id           varchar(12)  NOT NULL,
    vpc_id               varchar(21)  NOT NULL,
    subnet_id            varchar(24)  NOT NULL,
    zone                 varchar(64)  NOT NULL,
    connectivity         varchar(8)   NOT NULL,
    -- Its address in the subnet; NULL once it is deleted or has failed.
    private_ip           varchar(15),
    network_interface_id varchar(21),
    -- The elastic address of a public one.
    allocation_id        varchar(26),
    association_id       varchar(27),
    public_ip            varchar(15),
    -- pending, available, deleting, deleted, failed
    state                varchar(16)  NOT NULL,
    failure_code         varchar(64),
    failure_message      varchar(255),
    created_at           timestamptz  NOT NULL,
    deleted_at           timestamptz
);
CREATE INDEX nat_gateways_by_account ON nat_gateways (account_id, id);
CREATE INDEX nat_gateways_by_vpc ON nat_gateways (vpc_id);
CREATE UNIQUE INDEX nat_gateways_by_address ON nat_gateways (subnet_id, private_ip);

CREATE TABLE vpc_peerings (
    id              varchar(21)  PRIMARY KEY,
    account_id      varchar(12)  NOT NULL,
    vpc_id          varchar(21)  NOT NULL,
    peer_account_id varchar(12)  NOT NULL,
    peer_vpc_id     varchar(21)  NOT NULL,
    -- pending-acceptance, active, rejected, deleted, expired, failed
    status          varchar(24)  NOT NULL,
    status_message  varchar(255) NOT NULL,
    -- Number of the segment between both routers while it is active.
    vni             integer,
    -- The ranges of each VPC when it was asked for, for answers about a VPC that is gone.
    cidr_blocks      varchar(255) NOT NULL,
    peer_cidr_blocks varchar(255) NOT NULL,
    created_at      timestamptz  NOT NULL,
    ended_at        timestamptz
);
CREATE INDEX vpc_peerings_by_account ON vpc_peerings (account_id, id);
CREATE INDEX vpc_peerings_by_peer_account ON vpc_peerings (peer_account_id, id);
CREATE INDEX vpc_peerings_by_vpc ON vpc_peerings (vpc_id);
CREATE INDEX vpc_peerings_by_peer_vpc ON vpc_peerings (peer_vpc_id);
