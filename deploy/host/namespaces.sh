#!/bin/bash
# Many hypervisor hosts on one machine: each a set of namespaces with its own libvirtd, all on one flat network.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
# shellcheck source=libvirt-folder.sh
. "$here/libvirt-folder.sh"

usage() {
    cat <<'USAGE'
usage: namespaces.sh up N --dir DIR --cidr CIDR --name ID [--management CIDR] [--hide-kvm]
                                               make N hosts; again: switch on those that are off, add those that lack
       namespaces.sh start I --dir DIR         switch host I on (1 to N)
       namespaces.sh kill I --dir DIR          cut its power: all of its processes end at once, what was not on disk is gone
       namespaces.sh exec I --dir DIR CMD…     run a command on it
       namespaces.sh list --dir DIR            one line for each host: number, state, guest address, management address, uplink
       namespaces.sh down --dir DIR            cut the power of all and remove the network; DIR stays

Each host has network, mount, process, host-name and control-group namespaces, a libvirtd at qemu:///system that only it
sees, and two network devices:
  eth0   the uplink into the guests' network CIDR. It carries no address: the Node Controller joins it to its bridge and gives
         the bridge the host's address, which is I in the last /24 of CIDR (172.31.255.1 for host 1 of 172.31.0.0/16).
  mgmt0  the way to this machine: address I of the management network, default route to its last usable address.
On this machine the bridge ID-fab joins the hosts; it holds the first address of CIDR, which is the guests' gateway, and
guests reach the outside by address translation (nftables table hosts-ID). Names of devices and namespaces begin with ID.

  --dir DIR          the folder that keeps the hosts' state; COPPICE_HOSTS_DIR is its default
  --cidr CIDR        the guests' network, /8 to /22
  --name ID          1 to 8 lower-case letters, digits and dashes, the first no dash
  --management CIDR  a /24 for the hosts' management; default: one of 100.64.0.0/10 that no device here uses
  --hide-kvm         hosts see no /dev/kvm
USAGE
}

fail() { echo "namespaces.sh: $*" >&2; exit 1; }
misuse() { echo "namespaces.sh: $*" >&2; usage >&2; exit 2; }

to_number() { local IFS=.; read -r a b c d <<< "$1"; echo $(((a << 24) + (b << 16) + (c << 8) + d)); }
to_address() { echo "$(($1 >> 24 & 255)).$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))"; }

# network_of CIDR SMALLEST LARGEST: sets $base and $prefix, refuses what is no network.
network_of() {
    [[ $1 =~ ^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$ ]] || misuse "not a network in CIDR form: $1"
    local part
    for part in ${1//[.\/]/ }; do [ "$part" -le 255 ] || misuse "not a network in CIDR form: $1"; done
    prefix=${1#*/}
    base=$(to_number "${1%/*}")
    if [ "$prefix" -lt "$2" ] || [ "$prefix" -gt "$3" ]; then misuse "the network's size must be between /$2 and /$3: $1"; fi
    if [ $((base & ((1 << (32 - prefix)) - 1))) != 0 ]; then misuse "$1 has bits beyond its prefix"; fi
}

host_address() {
    network_of "$cidr" 8 22
    to_address $((base + (1 << (32 - prefix)) - 256 + $1))
}
gateway_address() {
    network_of "$cidr" 8 22
    to_address $((base + 1))
}
management_address() {
    network_of "$management" 24 24
    to_address $((base + $1))
}
readonly MANAGEMENT_GATEWAY=254

choose_management() {
    local sum number candidate
    sum=$(printf %s "$folder" | sha256sum)
    number=$((16#${sum:0:6} % 16384))
    for _ in $(seq 64); do
        candidate=100.$((64 + number / 256)).$((number % 256)).0/24
        if [ -z "$(ip -4 -o address show to "$candidate")" ] && [ -z "$(ip -4 route show exact "$candidate")" ]; then
            echo "$candidate"
            return
        fi
        number=$(((number + 1) % 16384))
    done
    fail "no free /24 of 100.64.0.0/10; name one with --management"
}

load_settings() {
    [ -r "$folder/settings" ] || fail "there are no hosts in $folder; make them with: namespaces.sh up N --dir $folder …"
    { read -r count; read -r cidr; read -r name; read -r management; read -r hide_kvm; } < "$folder/settings"
}
save_settings() { printf '%s\n' "$count" "$cidr" "$name" "$management" "$hide_kvm" > "$folder/settings"; }

namespace() { echo "$name-h$1"; }
power_on_process() { cat "$folder/host-$1/init.pid" 2>/dev/null; }

# Whether host I runs; a recycled process id is not mistaken for it.
is_on() {
    local process
    process=$(power_on_process "$1") || return 1
    [ -n "$process" ] && tr '\0' '\n' 2>/dev/null < "/proc/$process/cmdline" | grep -qxF "$folder/host-$1"
}

in_host() {
    local process
    process=$(power_on_process "$1")
    shift
    nsenter -t "$process" -n -m -p -u -C "$@"
}

make_fabric() {
    local bridge=$name-fab manager=$name-mgm device
    for device in "$bridge" "$manager"; do
        ip link add "$device" type bridge
        ip link set "$device" up
    done
    network_of "$cidr" 8 22
    ip address add "$(gateway_address)/$prefix" dev "$bridge"
    ip address add "$(management_address $MANAGEMENT_GATEWAY)/24" dev "$manager"
    echo 1 > /proc/sys/net/ipv4/ip_forward
    nft -f - <<RULES
table inet hosts-$name {
    chain translate {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr $cidr ip daddr != { $cidr, $management } masquerade
        ip saddr $management ip daddr != { $cidr, $management } masquerade
    }
}
RULES
}

# The kernel removes a namespace's devices in its own time: one that goes while we look is as good as removed.
remove_device() {
    ip link delete "$1" 2>/dev/null || ! ip link show dev "$1" > /dev/null 2>&1 || fail "the device $1 cannot be removed"
}

remove_fabric() {
    local device
    nft delete table inet "hosts-$name" 2>/dev/null || true
    for device in "$name-fab" "$name-mgm"; do remove_device "$device"; done
}

# The two cables of host I.
plug_in() {
    local host=$1 space
    space=$(namespace "$host")
    ip netns add "$space"
    ip link add "$name-u$host" type veth peer name eth0 netns "$space"
    ip link add "$name-m$host" type veth peer name mgmt0 netns "$space"
    ip link set "$name-u$host" master "$name-fab" up
    ip link set "$name-m$host" master "$name-mgm" up
    ip -n "$space" link set lo up
    ip -n "$space" link set eth0 up
    ip -n "$space" address add "$(management_address "$host")/24" dev mgmt0
    ip -n "$space" link set mgmt0 up
    ip -n "$space" route add default via "$(management_address $MANAGEMENT_GATEWAY)"
    ip netns exec "$space" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.ip_forward=1
}

unplug() {
    local space
    space=$(namespace "$1")
    if [ -e "/run/netns/$space" ]; then ip netns delete "$space"; fi
    # The other ends go with the namespace; a namespace that a process still holds would keep them.
    for device in "$name-u$1" "$name-m$1"; do
        remove_device "$device"
    done
}

# Control groups of its own, so that libvirt in host I neither sees nor disturbs those of the machine. None is fine, too.
control_groups() {
    local group=$name-h$1 mounted
    while read -r mounted; do
        mkdir -p "$mounted/$group" 2>/dev/null || continue
        if [ -e "$mounted/$group/cpuset.cpus" ] && [ -e "$mounted/$group/cpuset.mems" ] && [ -e "$mounted/$group/tasks" ]; then
            cat "$mounted/cpuset.cpus" > "$mounted/$group/cpuset.cpus"
            cat "$mounted/cpuset.mems" > "$mounted/$group/cpuset.mems"
        fi
        echo "$mounted/$group"
    done < <(awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts)
}

remove_control_groups() {
    local group=$name-h$1 mounted
    while read -r mounted; do
        if [ -d "$mounted/$group" ]; then
            find "$mounted/$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
        fi
    done < <(awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts)
}

# First of the three stages of a host's start: in the machine's namespaces, in the host's control groups.
stage_groups() {
    local state=$1 group
    while read -r group; do echo $$ > "$group/cgroup.procs" 2>/dev/null || true; done < "$state/control-groups"
    exec unshare --cgroup --mount --pid --uts --propagation private --fork --kill-child --mount-proc \
        bash "$here/namespaces.sh" stage-init "$@"
}

# Second: process 1 of the host. It collects the processes that lose their parents, as libvirt expects of process 1.
stage_init() {
    local state=$1 host_name=$2 hide=${3:-}
    hostname "$host_name"
    remount_sys
    # What a host keeps in memory goes with its power.
    mount -t tmpfs -o mode=700 tmpfs "$state/run"
    # Names of network namespaces are a host's own, too.
    mkdir -p /run/netns
    mount -t tmpfs -o mode=755 tmpfs /run/netns
    libvirt_folder_mount "$state" "$hide"
    cd /
    (
        while :; do
            libvirtd --pid-file /run/libvirt/libvirtd.pid || echo "libvirtd ended with status $?, starting it again"
            sleep 1
        done
    ) > "$state/log/libvirtd.out" 2>&1 &
    while :; do
        sleep 3600 &
        wait || true
    done
}

# /sys as the host's network and control-group namespaces show it.
remount_sys() {
    local type target options controllers mounts
    mounts=$(awk '$3 == "cgroup" || $3 == "cgroup2" { print $3, $2, $4 }' /proc/mounts)
    mount -t sysfs sysfs /sys
    if [ -z "$mounts" ]; then return; fi
    if [ "$(awk '{ print $2 }' <<< "$mounts")" != /sys/fs/cgroup ]; then mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup; fi
    while read -r type target options; do
        mkdir -p "$target"
        if [ "$type" = cgroup2 ]; then
            mount -t cgroup2 cgroup2 "$target"
        else
            controllers=$(tr , '\n' <<< "$options" | grep -vxE 'rw|ro|nosuid|nodev|noexec|relatime|noatime|xattr|clone_children|release_agent=.*' | paste -sd ,)
            mount -t cgroup -o "$controllers" cgroup "$target"
        fi
    done <<< "$mounts"
}

# Process 1 among the children of a stage. Bash makes children that live shortly while it reads its script: not those.
init_of() {
    local process children=''
    read -r children 2>/dev/null < "/proc/$1/task/$1/children" || true
    for process in $children; do
        if tr '\0' '\n' 2>/dev/null < "/proc/$process/cmdline" | grep -qxF stage-init; then
            echo "$process"
            return
        fi
    done
}

launch() {
    local host=$1 state=$folder/host-$1 deadline child init
    if is_on "$host"; then return; fi
    unplug "$host"
    libvirt_folder_make "$state" "$(management_address "$host")"
    # Asking QEMU what it can do takes seconds, and the answer is the same for all hosts of a machine.
    if [ "$host" != 1 ] && [ ! -d "$state/cache/qemu" ] && [ -d "$folder/host-1/cache/qemu" ]; then
        cp -a "$folder/host-1/cache/qemu" "$state/cache/"
    fi
    plug_in "$host"
    control_groups "$host" > "$state/control-groups"
    rm -f "$state/init.pid"
    setsid nsenter --net="/run/netns/$(namespace "$host")" \
        bash "$here/namespaces.sh" stage-groups "$state" "$name-$host" "$hide_kvm" < /dev/null > "$state/log/init.out" 2>&1 9>&- &
    child=$!
    deadline=$((SECONDS + 60))
    while :; do
        init=$(init_of "$child")
        if [ -n "$init" ]; then break; fi
        if [ $SECONDS -ge $deadline ] || ! kill -0 $child 2>/dev/null; then fail "host $host does not start: $(tail -n 1 "$state/log/init.out")"; fi
        sleep 0.05
    done
    echo "$init" > "$state/init.pid"
    until is_on "$host" && timeout 20 nsenter -t "$init" -n -m -p -u -C virsh -q -c qemu:///system version > /dev/null 2>&1; do
        if [ $SECONDS -ge $deadline ] || ! kill -0 "$init" 2>/dev/null; then
            fail "libvirtd of host $host does not answer: $(cat "$state/log/init.out" "$state/log/libvirtd.out" | tail -n 1)"
        fi
        sleep 0.1
    done
}

power_off() {
    local host=$1 process deadline
    if is_on "$host"; then
        process=$(power_on_process "$host")
        # The end of process 1 is the end of all processes of the host, guests included.
        kill -KILL "$process"
        deadline=$((SECONDS + 30))
        while is_on "$host"; do
            if [ $SECONDS -ge $deadline ]; then fail "host $host (process $process) does not end"; fi
            sleep 0.05
        done
    fi
    rm -f "$folder/host-$host/init.pid"
    unplug "$host"
    remove_control_groups "$host"
}

check_host() {
    [[ ${1:-} =~ ^[0-9]{1,3}$ ]] || misuse "which host? a number from 1 to $count is needed"
    if [ "$1" -lt 1 ] || [ "$1" -gt "$count" ]; then fail "there is no host $1; there are $count"; fi
}

# A start that fails half-way leaves nothing behind; what cannot be removed does not keep the rest.
abandon_up() {
    local host
    set +e
    for host in $(seq "$count"); do (power_off "$host"); done
    remove_fabric
    rm -f "$folder/settings"
}

# The hosts of before, those that are off switched on, and more of them if more are wanted.
up_again() {
    local wanted=$1 wanted_cidr=$cidr wanted_name=$name host
    load_settings
    if [ "$wanted_cidr $wanted_name" != "$cidr $name" ] || [ "$wanted" -lt "$count" ]; then
        fail "there are $count hosts of name $name and network $cidr in $folder already; remove them first with: namespaces.sh down --dir $folder"
    fi
    if ! ip link show dev "$name-fab" > /dev/null 2>&1; then make_fabric; fi
    count=$wanted
    save_settings
    for host in $(seq "$count"); do launch "$host"; done
}

command_up() {
    local host
    [[ ${1:-} =~ ^[0-9]{1,3}$ ]] || misuse "how many hosts? a number from 1 to 200 is needed"
    if [ "$1" -lt 1 ] || [ "$1" -gt 200 ]; then misuse "a number of hosts from 1 to 200 is needed"; fi
    [[ $name =~ ^[a-z0-9][a-z0-9-]{0,7}$ ]] || misuse "--name must be 1 to 8 lower-case letters, digits and dashes"
    [ -n "$cidr" ] || misuse "--cidr is missing"
    network_of "$cidr" 8 22
    if [ -r "$folder/settings" ]; then
        up_again "$1"
        command_list
        return
    fi
    if ip link show dev "$name-fab" > /dev/null 2>&1; then fail "the device $name-fab is there already; choose another --name"; fi
    if [ -z "$management" ]; then management=$(choose_management); fi
    network_of "$management" 24 24
    count=$1
    save_settings
    trap abandon_up EXIT
    make_fabric
    for host in $(seq "$count"); do launch "$host"; done
    trap - EXIT
    command_list
}

command_start() {
    load_settings
    check_host "${1:-}"
    ip link show dev "$name-fab" > /dev/null 2>&1 || make_fabric
    launch "$1"
}

command_kill() {
    load_settings
    check_host "${1:-}"
    power_off "$1"
}

command_exec() {
    load_settings
    check_host "${1:-}"
    is_on "$1" || fail "host $1 is off; switch it on with: namespaces.sh start $1 --dir $folder"
    if [ $# -lt 2 ]; then misuse "which command?"; fi
    exec nsenter -t "$(power_on_process "$1")" -n -m -p -u -C -- "${@:2}"
}

command_list() {
    local host state
    load_settings
    for host in $(seq "$count"); do
        state=off
        if is_on "$host"; then state=on; fi
        echo "$host $state $(host_address "$host") $(management_address "$host") eth0"
    done
    echo "gateway $(gateway_address) management-gateway $(management_address $MANAGEMENT_GATEWAY)" >&2
}

command_down() {
    local host
    if [ ! -r "$folder/settings" ]; then return; fi
    load_settings
    for host in $(seq "$count"); do power_off "$host"; done
    remove_fabric
    rm -f "$folder/settings"
}

case ${1:-} in
    stage-groups) shift; stage_groups "$@" ;;
    stage-init) shift; stage_init "$@" ;;
    -h | --help | help) usage; exit 0 ;;
    up | start | kill | exec | list | down) ;;
    *) usage >&2; exit 2 ;;
esac
command=$1
shift
folder=${COPPICE_HOSTS_DIR:-} cidr='' name='' management='' hide_kvm='' count=0
words=()
while [ $# -gt 0 ]; do
    # Options after the command that exec runs are that command's.
    if [ "$command" = exec ] && [ ${#words[@]} -ge 2 ]; then words+=("$1"); shift; continue; fi
    case $1 in
        --dir) folder=${2:-}; shift ;;
        --cidr) cidr=${2:-}; shift ;;
        --name) name=${2:-}; shift ;;
        --management) management=${2:-}; shift ;;
        --hide-kvm) hide_kvm=--hide-kvm ;;
        --) ;;
        -*) misuse "unknown option $1" ;;
        *) words+=("$1") ;;
    esac
    shift || misuse "an option lacks its value"
done
[ -n "$folder" ] || misuse "--dir is missing"
[ "$(id -u)" = 0 ] || fail "needs root for namespaces"
for tool in ip:iproute2 nft:nftables libvirtd:libvirt-daemon virsh:libvirt-clients nsenter:util-linux sysctl:procps; do
    command -v "${tool%%:*}" > /dev/null || fail "${tool%%:*} is missing; install it with: apt-get install ${tool#*:}"
done
folder=$(realpath -m "$folder")
if [ "$command" = up ]; then mkdir -p "$folder"; fi
if [ "$command" != exec ] && [ "$command" != list ] && [ -d "$folder" ]; then
    exec 9> "$folder/.lock"
    flock -w 300 9 || fail "another command on $folder does not end"
fi
"command_$command" "${words[@]}"
