-- The zone whose EBS controller has the bytes. Absent: the cloud's own zone, as of all snapshots from when it had one.
alter table snapshot add column zone varchar(64);
