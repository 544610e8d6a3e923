-- Flow logs, what of them waits to be put into its bucket, and how far each zone's flows have been taken.

CREATE TABLE flow_logs (
    id                   varchar(20)   PRIMARY KEY,
    account_id           varchar(12)   NOT NULL,
    -- Those of one request have the same.
    creation_id          varchar(20)   NOT NULL,
    vpc_id               varchar(21)   NOT NULL REFERENCES vpcs (id) ON DELETE CASCADE,
    -- At most one of the two; neither: the whole VPC.
    subnet_id            varchar(24)   REFERENCES subnets (id) ON DELETE CASCADE,
    network_interface_id varchar(21)   REFERENCES network_interfaces (id) ON DELETE CASCADE,
    -- ACCEPT, REJECT or ALL
    traffic_type         varchar(6)    NOT NULL,
    -- As it was asked for, the ARN of a bucket with an optional folder.
    log_destination      varchar(1200) NOT NULL,
    log_format           varchar(1024) NOT NULL,
    -- Seconds, 60 or 600.
    max_aggregation      integer       NOT NULL,
    -- Empty: nothing has gone wrong; else why not, in AWS's words.
    delivery_error       varchar(64)   NOT NULL,
    created_at           timestamptz   NOT NULL
);
CREATE INDEX flow_logs_by_account ON flow_logs (account_id, id);
CREATE INDEX flow_logs_by_vpc ON flow_logs (vpc_id);
CREATE INDEX flow_logs_by_subnet ON flow_logs (subnet_id);
CREATE INDEX flow_logs_by_interface ON flow_logs (network_interface_id);

CREATE TABLE flow_log_files (
    id          bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flow_log_id varchar(20)   NOT NULL REFERENCES flow_logs (id) ON DELETE CASCADE,
    object_key  varchar(1024) NOT NULL,
    content     bytea         NOT NULL
);
CREATE INDEX flow_log_files_by_log ON flow_log_files (flow_log_id, id);

CREATE TABLE flow_log_positions (
    zone      varchar(64) PRIMARY KEY,
    -- Of the Cluster Controller's answer that was taken last.
    stream_id varchar(64) NOT NULL,
    sequence  bigint      NOT NULL
);
