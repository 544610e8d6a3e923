-- Hosts whose guests' QEMU opens volumes in Ceph itself: the cluster's fsid; empty: it does not.
alter table hosts add column ceph_cluster varchar(64) not null default '';
-- That of the host for which the attachment was made.
alter table volume_attachment add column ceph_cluster varchar(64) not null default '';
