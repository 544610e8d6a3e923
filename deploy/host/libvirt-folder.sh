# shellcheck shell=bash
# A folder that holds everything of one libvirtd, and the mounts that make libvirtd see it in its usual places.
# Sourced by private-libvirtd.sh and namespaces.sh; needs bash with set -euo pipefail, root, and util-linux.
#
#   etc/ lib/ log/ cache/   stand for /etc/libvirt, /var/lib/libvirt, /var/log/libvirt and /var/cache/libvirt
#   etc/nbd-tls             the host's certificate, for volumes that are served with TLS; the Node Controller puts it there
#   run/                    stands for /run/libvirt: sockets, and what libvirtd must know of guests that outlive it
#   host-uuid               the host's identity towards libvirt; made once
#   passwd, group           stand for those in /etc where Debian's libvirt-qemu user is missing

# The cgroup controllers that this process may use, as a list for qemu.conf. None is fine: guests then have no limits.
usable_cgroup_controllers() {
    local names=() name
    for name in cpu memory blkio cpuacct cpuset; do
        if [ -w "/sys/fs/cgroup/$name/cgroup.procs" ]; then names+=("\"$name\""); fi
    done
    if [ -w /sys/fs/cgroup/cgroup.subtree_control ]; then
        while read -r name; do
            case $name in
                cpu | memory | cpuset) names+=("\"$name\"") ;;
                io) names+=('"blkio"') ;;
            esac
        done < <(tr ' ' '\n' < /sys/fs/cgroup/cgroup.controllers)
    fi
    local IFS=,
    echo "${names[*]}"
}

# libvirt_folder_make FOLDER [MIGRATION_ADDRESS]: makes the folder, or brings the configuration in it up to date.
libvirt_folder_make() {
    local folder=$1 migration_address=${2:-}
    mkdir -p "$folder"/{etc/qemu,etc/nbd-tls,lib/qemu,log/qemu,cache,run}
    chmod 700 "$folder"
    if [ ! -s "$folder/host-uuid" ]; then cat /proc/sys/kernel/random/uuid > "$folder/host-uuid"; fi
    cat > "$folder/etc/libvirtd.conf" <<CONFIG
host_uuid = "$(cat "$folder/host-uuid")"
listen_tls = 0
auth_unix_rw = "none"
auth_unix_ro = "none"
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
unix_sock_ro_perms = "0700"
max_clients = 200
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
CONFIG
    # One root user runs everything here and the disks belong to the Node Controller, so libvirt must not change their owners.
    cat > "$folder/etc/qemu.conf" <<CONFIG
security_driver = "none"
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
namespaces = [ ]
stdio_handler = "file"
cgroup_controllers = [ $(usable_cgroup_controllers) ]
nbd_tls_x509_cert_dir = "/etc/libvirt/nbd-tls"
CONFIG
    if [ -n "$migration_address" ]; then
        printf 'migration_address = "%s"\nmigration_host = "%s"\n' "$migration_address" "$migration_address" >> "$folder/etc/qemu.conf"
    fi
}

# libvirt_user_mount FOLDER: libvirtd looks up the user it was built for before it reads in qemu.conf that another is
# wanted, and ends when there is none. Debian makes that user with libvirt-daemon-system, which nothing else here needs:
# where it is missing, only this libvirtd sees it.
libvirt_user_mount() {
    local folder=$1 name=libvirt-qemu
    if ! getent passwd "$name" > /dev/null; then
        cp /etc/passwd "$folder/passwd"
        echo "$name:x:64055:64055::/nonexistent:/usr/sbin/nologin" >> "$folder/passwd"
        mount --bind "$folder/passwd" /etc/passwd
    fi
    if ! getent group "$name" > /dev/null; then
        cp /etc/group "$folder/group"
        echo "$name:x:64055:" >> "$folder/group"
        mount --bind "$folder/group" /etc/group
    fi
}

# libvirt_folder_mount FOLDER [--hide-kvm]: to be called in a private mount namespace.
libvirt_folder_mount() {
    local folder=$1 pair
    for pair in run:/run/libvirt lib:/var/lib/libvirt log:/var/log/libvirt etc:/etc/libvirt cache:/var/cache/libvirt; do
        mkdir -p "${pair#*:}"
        mount --bind "$folder/${pair%%:*}" "${pair#*:}"
    done
    libvirt_user_mount "$folder"
    if [ "${2:-}" = --hide-kvm ] && [ -e /dev/kvm ]; then mount --bind /dev/null /dev/kvm; fi
}
