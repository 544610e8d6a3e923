-- Security groups, their rules, and managed prefix lists.

CREATE TABLE security_groups (
    id          varchar(20)  PRIMARY KEY,
    account_id  varchar(12)  NOT NULL,
    vpc_id      varchar(21)  NOT NULL REFERENCES vpcs (id) ON DELETE CASCADE,
    name        varchar(255) NOT NULL,
    description varchar(255) NOT NULL,
    created_at  timestamptz  NOT NULL,
    UNIQUE (vpc_id, name)
);
CREATE INDEX security_groups_by_account ON security_groups (account_id, id);

CREATE TABLE security_group_rules (
    id          varchar(21)  PRIMARY KEY,
    group_id    varchar(20)  NOT NULL REFERENCES security_groups (id) ON DELETE CASCADE,
    egress      boolean      NOT NULL,
    -- Number of IP's protocol, -1 for all.
    protocol    integer      NOT NULL,
    -- First and last port, or ICMP type and code; -1 for all.
    from_port   integer      NOT NULL,
    to_port     integer      NOT NULL,
    -- A range, the id of a group of the same VPC, or the id of a prefix list.
    peer        varchar(43)  NOT NULL,
    description varchar(255) NOT NULL,
    UNIQUE (group_id, egress, protocol, from_port, to_port, peer)
);
CREATE INDEX security_group_rules_by_peer ON security_group_rules (peer);

CREATE TABLE managed_prefix_lists (
    id          varchar(20)  PRIMARY KEY,
    account_id  varchar(12)  NOT NULL,
    name        varchar(255) NOT NULL,
    ipv6        boolean      NOT NULL,
    max_entries integer      NOT NULL,
    version     bigint       NOT NULL,
    -- create-complete, modify-complete, restore-complete
    state       varchar(20)  NOT NULL,
    created_at  timestamptz  NOT NULL
);
CREATE INDEX managed_prefix_lists_by_account ON managed_prefix_lists (account_id, id);

-- Entries of all versions: an entry is in those from its first to the one before it was taken out.
CREATE TABLE managed_prefix_list_entries (
    prefix_list_id varchar(20)  NOT NULL REFERENCES managed_prefix_lists (id) ON DELETE CASCADE,
    cidr_block     varchar(43)  NOT NULL,
    first_version  bigint       NOT NULL,
    -- NULL: still in it.
    end_version    bigint,
    description    varchar(255) NOT NULL,
    PRIMARY KEY (prefix_list_id, cidr_block, first_version)
);
