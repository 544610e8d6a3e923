#!/bin/bash
# Runs a libvirtd that sees a folder of its own where libvirt keeps its state. Started inside a private mount namespace
# (unshare --mount). Usage: private-libvirtd.sh FOLDER
set -euo pipefail
folder=${1:?usage: private-libvirtd.sh FOLDER}
mkdir -p "$folder"/{run,lib/qemu,log/qemu,cache,etc} /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /etc/libvirt
cat > "$folder/etc/libvirtd.conf" <<CONF
host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
auth_unix_rw = "none"
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
CONF
cat > "$folder/etc/qemu.conf" <<CONF
security_driver = "none"
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
namespaces = [ ]
stdio_handler = "file"
cgroup_controllers = [ ]
CONF
mount --bind "$folder/run" /run/libvirt
mount --bind "$folder/lib" /var/lib/libvirt
mount --bind "$folder/log" /var/log/libvirt
mount --bind "$folder/cache" /var/cache/libvirt
mount --bind "$folder/etc" /etc/libvirt
exec /usr/sbin/libvirtd --pid-file /run/libvirt/libvirtd.pid
