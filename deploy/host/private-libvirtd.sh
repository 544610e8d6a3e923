#!/bin/bash
# A libvirtd of one's own for machines where none runs (no systemd, a container, a CI machine).
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here

usage() {
    cat <<'USAGE'
usage: private-libvirtd.sh start [--hide-kvm] DIR   start it, wait until it answers, print its URI (again: only prints)
       private-libvirtd.sh stop [--guests] DIR      stop it; guests go on and are found again, --guests ends them first
       private-libvirtd.sh status DIR               say whether it runs (exit status 0) or not (3)
       private-libvirtd.sh uri DIR                  print the URI to reach it by

Everything it keeps is in DIR. The machine's own libvirt, if any, is neither used nor disturbed. It shares the caller's
network, sees the machine's files except those of libvirt, and needs root.
  --hide-kvm   do not let it see /dev/kvm, for machines where KVM is there and does not work
USAGE
}

fail() { echo "private-libvirtd.sh: $*" >&2; exit 1; }

# Runs in the private mount namespace and becomes libvirtd.
inside() {
    # shellcheck source=libvirt-folder.sh
    . "$here/libvirt-folder.sh"
    libvirt_folder_mount "$1" "${2:-}"
    cd /
    exec libvirtd --pid-file "$1/libvirtd.pid"
}

# Prints the process id of this folder's libvirtd; fails when it does not run. A recycled process id is not mistaken for it.
running() {
    local process
    process=$(cat "$folder/libvirtd.pid" 2>/dev/null) || return 1
    [ -n "$process" ] || return 1
    tr '\0' '\n' 2>/dev/null < "/proc/$process/cmdline" | grep -qxF "$folder/libvirtd.pid" || return 1
    echo "$process"
}

# Why libvirtd ended or hangs, as far as it said.
last_words() {
    cat "$folder"/log/libvirtd.{out,log} 2> /dev/null | grep -v daemonRunStateInit | grep . | tail -n 1
}

answers() { timeout 10 virsh -q -c "$(uri)" version > /dev/null 2>&1; }

# The path of a Unix socket has at most 107 bytes, so a deep folder is reached by a short link.
socket_folder() {
    local sum
    if [ ${#folder} -le 80 ]; then
        echo "$folder/run"
    else
        sum=$(printf %s "$folder" | sha256sum)
        echo "/run/coppice-${sum:0:12}"
    fi
}

uri() { echo "qemu+unix:///system?socket=$(socket_folder)/libvirt-sock"; }

start() {
    local tool sockets deadline process begun=''
    for tool in libvirtd:libvirt-daemon virsh:libvirt-clients unshare:util-linux setsid:util-linux; do
        command -v "${tool%%:*}" > /dev/null || fail "${tool%%:*} is missing; install it with: apt-get install ${tool#*:}"
    done
    [ "$(id -u)" = 0 ] || fail "needs root for a mount namespace of its own"
    mkdir -p "$folder"
    exec 9> "$folder/.lock"
    flock -w 120 9 || fail "another start or stop in $folder does not end"
    if running > /dev/null && answers; then uri; return; fi
    . "$here/libvirt-folder.sh"
    forget_before_boot
    libvirt_folder_make "$folder"
    sockets=$(socket_folder)
    if [ "$sockets" != "$folder/run" ]; then ln -sfn "$folder/run" "$sockets"; fi
    if ! running > /dev/null; then
        setsid unshare --mount --propagation private bash "${BASH_SOURCE[0]}" inside "$folder" "$hide_kvm" \
            < /dev/null > "$folder/log/libvirtd.out" 2>&1 9>&- &
        begun=$!
    fi
    deadline=$((SECONDS + 60))
    until answers; do
        if [ -n "$begun" ] && ! kill -0 "$begun" 2> /dev/null; then
            fail "libvirtd ended at once; see $folder/log: $(last_words)"
        fi
        if [ $SECONDS -ge $deadline ]; then
            fail "libvirtd does not answer within 60 s; see $folder/log: $(last_words)"
        fi
        sleep 0.1
    done
    process=$(running) || fail "another libvirtd answers at $(uri)"
    [ -n "$process" ]
    uri
}

# After a restart of the machine no guest of before can be alive, and process ids in run/ are other processes'.
forget_before_boot() {
    local boot
    boot=$(cat /proc/sys/kernel/random/boot_id)
    if [ -e "$folder/boot-id" ] && [ "$(cat "$folder/boot-id")" != "$boot" ]; then
        rm -rf "$folder/run" "$folder/libvirtd.pid"
    fi
    echo "$boot" > "$folder/boot-id"
}

stop() {
    local process deadline guest sockets
    if [ ! -d "$folder" ]; then return; fi
    exec 9> "$folder/.lock"
    flock -w 120 9 || fail "another start or stop in $folder does not end"
    if process=$(running); then
        if [ "$with_guests" = yes ]; then
            for guest in $(virsh -q -c "$(uri)" list --uuid); do
                virsh -q -c "$(uri)" destroy "$guest" > /dev/null || fail "guest $guest does not end"
            done
        fi
        kill -TERM "$process"
        deadline=$((SECONDS + 30))
        while running > /dev/null; do
            if [ $SECONDS -ge $deadline ]; then fail "libvirtd (process $process) does not end within 30 s"; fi
            sleep 0.1
        done
    elif [ "$with_guests" = yes ] && compgen -G "$folder/run/qemu/*.pid" > /dev/null; then
        fail "libvirtd does not run, so its guests cannot be ended; start it first"
    fi
    sockets=$(socket_folder)
    if [ -L "$sockets" ]; then rm -f "$sockets"; fi
}

status() {
    local process
    if process=$(running); then
        if answers; then
            echo "runs (process $process, $(virsh -q -c "$(uri)" list --uuid | grep -c .) guests)"
            return
        fi
        echo "runs (process $process) but does not answer"
        exit 3
    fi
    echo "does not run"
    exit 3
}

if [ "${1:-}" = inside ]; then
    shift
    inside "$@"
fi
command=${1:-}
hide_kvm='' with_guests=no folder=''
case $command in
    start | stop | status | uri) shift ;;
    -h | --help | help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac
for argument in "$@"; do
    case $command:$argument in
        start:--hide-kvm) hide_kvm=--hide-kvm ;;
        stop:--guests) with_guests=yes ;;
        *:-*) usage >&2; exit 2 ;;
        *)
            if [ -n "$folder" ]; then usage >&2; exit 2; fi
            folder=$argument
            ;;
    esac
done
if [ -z "$folder" ]; then usage >&2; exit 2; fi
folder=$(realpath -m "$folder")
case $folder in
    /run/libvirt* | /var/lib/libvirt* | /etc/libvirt* | /var/log/libvirt* | /var/cache/libvirt*) fail "$folder belongs to the machine's libvirt; choose another folder" ;;
    *[\"?\&\#%\ ]*) fail "the folder's name must not hold spaces or any of \" ? & # %: $folder" ;;
esac
$command
