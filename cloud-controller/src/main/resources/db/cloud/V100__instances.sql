-- What users want of instances and what was last seen of them.

CREATE TABLE reservations (
    id                  varchar(21)  PRIMARY KEY,
    account_id          varchar(12)  NOT NULL,
    client_token        varchar(64),
    -- SHA-256 of the request's parameters: the same token with others is refused.
    request_fingerprint varchar(64)  NOT NULL,
    created_at          timestamptz  NOT NULL
);
CREATE UNIQUE INDEX reservations_client_token ON reservations (account_id, client_token) WHERE client_token IS NOT NULL;

CREATE TABLE instances (
    id                      varchar(19)  PRIMARY KEY,
    -- Order of creation: the key that pages are cut by.
    serial                  bigint       GENERATED ALWAYS AS IDENTITY,
    account_id              varchar(12)  NOT NULL,
    reservation_id          varchar(21)  NOT NULL REFERENCES reservations (id),
    launch_index            integer      NOT NULL,
    zone                    varchar(64)  NOT NULL,
    image_id                varchar(21)  NOT NULL,
    image_sha256            varchar(64)  NOT NULL,
    image_size_bytes        bigint       NOT NULL,
    image_virtual_bytes     bigint       NOT NULL,
    image_format            varchar(16)  NOT NULL,
    architecture            varchar(16)  NOT NULL,
    root_device_name        varchar(64)  NOT NULL,
    instance_type           varchar(64)  NOT NULL,
    vcpus                   integer      NOT NULL,
    memory_mib              bigint       NOT NULL,
    root_disk_mib           bigint       NOT NULL,
    key_name                varchar(255) NOT NULL,
    public_key              text         NOT NULL,
    user_data               bytea        NOT NULL,
    security_group_ids      varchar(512) NOT NULL,
    security_group_names    varchar(512) NOT NULL,
    vpc_id                  varchar(21)  NOT NULL,
    subnet_id               varchar(24)  NOT NULL,
    network_interface_id    varchar(21)  NOT NULL,
    private_ip              varchar(15)  NOT NULL,
    mac                     varchar(17)  NOT NULL,
    client_token            varchar(64)  NOT NULL,
    api_termination_disabled boolean     NOT NULL,
    api_stop_disabled       boolean      NOT NULL,
    shutdown_behavior       varchar(16)  NOT NULL,
    metadata_token_required boolean      NOT NULL,
    metadata_hop_limit      integer      NOT NULL,
    metadata_enabled        boolean      NOT NULL,
    metadata_tags           boolean      NOT NULL,
    monitoring              boolean      NOT NULL,
    source_dest_check       boolean      NOT NULL,
    ebs_optimized           boolean      NOT NULL,
    tenancy                 varchar(16)  NOT NULL,
    created_at              timestamptz  NOT NULL,
    launch_time             timestamptz  NOT NULL,
    -- Desired.
    desired                 varchar(16)  NOT NULL,
    generation              bigint       NOT NULL,
    reboot_count            bigint       NOT NULL,
    -- What users see: the outcome of the transition table.
    state                   varchar(16)  NOT NULL,
    state_reason_code       varchar(128) NOT NULL,
    state_reason_message    varchar(1024) NOT NULL,
    transition_reason       varchar(255) NOT NULL,
    terminated_at           timestamptz,
    -- Observed.
    phase                   varchar(16)  NOT NULL,
    progress_percent        integer      NOT NULL,
    node_id                 varchar(64)  NOT NULL,
    observed_generation     bigint       NOT NULL,
    observed_reboot_count   bigint       NOT NULL,
    observed_epoch          bigint       NOT NULL,
    observed_sequence       bigint       NOT NULL,
    observed_at             timestamptz,
    host_reachable          boolean      NOT NULL,
    ever_ran                boolean      NOT NULL,
    unschedulable_since     timestamptz,
    -- Whether the zone is known to be where it should be; the reconciler looks at the others only.
    settled                 boolean      NOT NULL,
    -- When the zone last said that it has the desired state, or showed that it works on it.
    applied_at              timestamptz,
    UNIQUE (reservation_id, launch_index)
);
CREATE INDEX instances_by_account ON instances (account_id, serial);
CREATE INDEX instances_alive ON instances (account_id) WHERE state <> 'TERMINATED';
CREATE INDEX instances_unsettled ON instances (zone, applied_at NULLS FIRST) WHERE NOT settled;
CREATE INDEX instances_unschedulable ON instances (zone, unschedulable_since) WHERE unschedulable_since IS NOT NULL;
CREATE INDEX instances_by_node ON instances (node_id) WHERE state <> 'TERMINATED';
CREATE INDEX instances_terminated ON instances (terminated_at) WHERE state = 'TERMINATED';
CREATE INDEX instances_by_image ON instances (image_id) WHERE state <> 'TERMINATED';
CREATE INDEX instances_by_network_interface ON instances (network_interface_id);

-- The addresses of a zone's flat network that were ever handed out or are about to be. Filled slice by slice.
CREATE TABLE addresses (
    zone        varchar(64) NOT NULL,
    address     bigint      NOT NULL,
    instance_id varchar(19),
    freed_at    timestamptz,
    PRIMARY KEY (zone, address)
);
-- Addresses that were given back longest ago come first after those never used.
CREATE INDEX addresses_free ON addresses (zone, freed_at NULLS FIRST, address) WHERE instance_id IS NULL;
CREATE INDEX addresses_by_instance ON addresses (instance_id) WHERE instance_id IS NOT NULL;

-- Hosts as the zones last reported them.
CREATE TABLE hosts (
    node_id           varchar(64)  PRIMARY KEY,
    zone              varchar(64)  NOT NULL,
    host_name         varchar(255) NOT NULL,
    state             varchar(16)  NOT NULL,
    vcpus             integer      NOT NULL,
    memory_mib        bigint       NOT NULL,
    disk_mib          bigint       NOT NULL,
    used_vcpus        integer      NOT NULL,
    used_memory_mib   bigint       NOT NULL,
    used_disk_mib     bigint       NOT NULL,
    instance_count    integer      NOT NULL,
    hypervisor        varchar(64)  NOT NULL,
    hypervisor_version varchar(128) NOT NULL,
    accelerated       boolean      NOT NULL,
    architecture      varchar(16)  NOT NULL,
    version           varchar(64)  NOT NULL,
    last_heartbeat_at timestamptz,
    changed_at        timestamptz  NOT NULL
);
CREATE INDEX hosts_by_zone ON hosts (zone, node_id);
