#!/bin/bash
# Boots the sample image with plain QEMU in a network namespace of its own and checks what it promises. Prints times.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: verify.sh [--mode disk|kernel] [--accelerator tcg|kvm] [--show-console] OUT

Boots OUT/disk.qcow2 (as build.sh made it; an overlay is written, never the image) and checks: address by DHCP, key and
user data from the metadata service (version 2), ssh, growth of the root file system to 256 MiB, reboot without a second
run of the user data, power button. Prints the seconds from the start of QEMU. Needs root and the Debian packages
qemu-system-x86 qemu-utils dnsmasq-base openssh-client python3 iproute2.
  --mode kernel   starts OUT/vmlinuz and OUT/initrd.img directly instead of the boot loader on the disk
  --until-ssh     ends when ssh answers: for measuring a start and nothing else
  --cpu MODEL     the processor that QEMU shows the guest; its default when absent
  --show-console  prints what the guest wrote, in any case and not only after a failure
  --v1-only       the metadata service knows no tokens
  --gzip          sends the user data compressed
USAGE
}

mode=disk accelerator=tcg cpu='' until_ssh=no show=no v1='' gzip=no out=''
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --mode) mode=${2:?}; shift ;;
        --accelerator) accelerator=${2:?}; shift ;;
        --cpu) cpu=${2:?}; shift ;;
        --until-ssh) until_ssh=yes ;;
        --show-console) show=yes ;;
        --v1-only) v1=--v1-only ;;
        --gzip) gzip=yes ;;
        -*) usage >&2; exit 2 ;;
        *) out=$1 ;;
    esac
    shift
done
if [ -z "$out" ] || [ ! -r "$out/disk.qcow2" ]; then usage >&2; exit 2; fi
if [ "$(id -u)" != 0 ]; then echo "verify.sh: needs root for its network namespace" >&2; exit 2; fi

out=$(cd "$out" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
namespace=image-$(basename "$work" | tail -c 7)
readonly ADDRESS=10.213.0.9
qemu='' metadata=''
inside=(ip netns exec "$namespace")

cleanup() {
    local status=$?
    if [ $status != 0 ] || [ $show = yes ]; then sed 's/^/| /' "$work/console" 2>/dev/null || true; fi
    for process in $qemu $metadata $(cat "$work/dnsmasq.pid" 2>/dev/null); do kill "$process" 2>/dev/null || true; done
    ip netns delete "$namespace" 2>/dev/null || true
    rm -rf "$work"
    exit $status
}
trap cleanup EXIT

start_network() {
    ip netns add "$namespace"
    "${inside[@]}" ip link set lo up
    "${inside[@]}" ip tuntap add tap0 mode tap
    "${inside[@]}" ip address add 10.213.0.1/24 dev tap0
    "${inside[@]}" ip address add 169.254.169.254/32 dev tap0
    "${inside[@]}" ip link set tap0 up
    "${inside[@]}" dnsmasq --conf-file=/dev/null --pid-file="$work/dnsmasq.pid" --interface=tap0 --bind-interfaces \
        --except-interface=lo --port=0 --dhcp-range=10.213.0.0,static --dhcp-host=52:54:00:00:00:01,$ADDRESS \
        --dhcp-option=3,10.213.0.1 --dhcp-option=121,169.254.169.254/32,0.0.0.0,0.0.0.0/0,10.213.0.1 --dhcp-option=26,1450 \
        --dhcp-leasefile="$work/leases" --dhcp-authoritative --log-facility="$work/dnsmasq.log"
    ssh-keygen -q -t ed25519 -N '' -f "$work/key"
    mkdir -p "$work/metadata/meta-data/public-keys/0"
    printf i-0123456789abcdef0 > "$work/metadata/meta-data/instance-id"
    printf ip-10-213-0-9.internal > "$work/metadata/meta-data/local-hostname"
    cp "$work/key.pub" "$work/metadata/meta-data/public-keys/0/openssh-key"
    # shellcheck disable=SC2016 # the guest expands it
    printf '#!/bin/sh\necho "hello from $(hostname)"\nexit 7\n' > "$work/metadata/user-data"
    if [ $gzip = yes ]; then gzip < "$work/metadata/user-data" > "$work/z"; mv "$work/z" "$work/metadata/user-data"; fi
    "${inside[@]}" python3 "$here/metadata.py" 169.254.169.254 80 "$work/metadata" $v1 2> "$work/metadata.log" &
    metadata=$!
}

boot() {
    # shellcheck disable=SC2054 # QEMU's commas
    local arguments=(-machine "q35,accel=$accelerator" -m 128 -smp 1 -nodefaults -no-user-config -display none
        -serial "file:$work/console" -monitor "unix:$work/monitor,server,nowait" -device virtio-rng-pci
        -netdev tap,id=n,ifname=tap0,script=no,downscript=no -device virtio-net-pci,netdev=n,mac=52:54:00:00:00:01,romfile=
        -drive "if=none,id=d,file=$work/disk.qcow2" -device virtio-blk-pci,drive=d,bootindex=1)
    if [ -n "$cpu" ]; then arguments+=(-cpu "$cpu"); fi
    if [ "$mode" = kernel ]; then arguments+=(-kernel "$out/vmlinuz" -initrd "$out/initrd.img" -append "console=ttyS0 quiet ${EXTRA:-}"); fi
    "${inside[@]}" qemu-system-x86_64 "${arguments[@]}" &
    qemu=$!
    started=$EPOCHREALTIME
}

elapsed() { echo "$started $EPOCHREALTIME" | awk '{ printf "%.2f", $2 - $1 }'; }

# wait_for WHAT SECONDS COMMAND…: repeats the command until it works.
wait_for() {
    local what=$1 seconds=$2 deadline
    shift 2
    deadline=$((SECONDS + seconds))
    until "$@"; do
        if [ $SECONDS -ge $deadline ]; then echo "verify.sh: not in $seconds s: $what" >&2; exit 1; fi
        sleep 0.05
    done
    echo "$(elapsed) s  $what"
}

said() { [ -e "$work/console" ] && [ "$(grep -c -- "$1" "$work/console")" -ge "${2:-1}" ]; }
ssh_open() { "${inside[@]}" ssh-keyscan -T 2 -t ed25519 $ADDRESS 2>/dev/null | grep -q ed25519; }
guest() {
    "${inside[@]}" ssh -q -i "$work/key" -o BatchMode=yes -o ConnectTimeout=5 -o StrictHostKeyChecking=accept-new \
        -o UserKnownHostsFile="$work/known_hosts" root@$ADDRESS "$@"
}
expect() {
    if [ "$2" != "$3" ]; then echo "verify.sh: $1 is '$2' and should be '$3'" >&2; exit 1; fi
}
gone() { ! kill -0 "$qemu" 2>/dev/null; }

qemu-img create -q -f qcow2 -b "$out/disk.qcow2" -F qcow2 "$work/disk.qcow2" 256M
start_network
boot
wait_for "address by DHCP" 120 said 'has 10.213.0.9/'
wait_for "ssh answers" 60 ssh_open
if [ $until_ssh = yes ]; then exit 0; fi
wait_for "ssh with the key" 30 guest true
wait_for "user data has run" 30 said 'user-data: exit status 7'
wait_for "ready" 30 said 'coppice: ready'
said 'user-data: hello from ip-10-213-0-9' || { echo "verify.sh: the user data's output is missing" >&2; exit 1; }
expect "host name" "$(guest hostname)" ip-10-213-0-9
expect "MTU" "$(guest cat /sys/class/net/eth0/mtu)" 1450
expect "root grown" "$(guest "df -m / | awk 'NR == 2 { print (\$2 > 200) }'")" 1
guest 'echo kept > /root/note; sync; dmesg | tail -n 400' > "$work/dmesg" || true
started=$EPOCHREALTIME
guest reboot || true
wait_for "ready after a reboot" 120 said 'coppice: ready' 2
expect "user data runs" "$(grep -c 'user-data: hello' "$work/console")" 1
expect "file after a reboot" "$(guest cat /root/note)" kept
started=$EPOCHREALTIME
"$here/monitor.py" "$work/monitor" system_powerdown
wait_for "off by the power button" 60 gone
if [ -n "${DMESG:-}" ]; then cp "$work/dmesg" "$DMESG"; fi
