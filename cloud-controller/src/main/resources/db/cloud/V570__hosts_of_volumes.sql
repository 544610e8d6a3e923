-- Volumes that are served across machines are told anew, with the hosts that may open them.
update volume set settled = false, generation = generation + 1
    where id in (select volume_id from volume_attachment where export_path <> '' and export_path not like '/%');
