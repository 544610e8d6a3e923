#!/bin/bash
# Builds Coppice's sample image: a small Linux guest that knows the EC2 metadata service.
#
# Everything in it comes from Debian packages (Linux cloud kernel, busybox, dropbear, resize2fs) and from the files
# beside this script. No loop device, mount or chroot is used, so it works for root and for a plain user alike.
# See README.md in this folder for what the guest does.
set -euo pipefail
export LC_ALL=C
export PATH="$PATH:/usr/sbin:/sbin"

usage() {
    cat <<'USAGE'
usage: build.sh [--force] OUT

Makes, in the folder OUT:
  disk.qcow2   the whole guest: boots from BIOS or UEFI on a virtio disk
  vmlinuz      its kernel, for direct kernel boot
  initrd.img   its initial RAM disk, which mounts the root file system (root=DEVICE or the second partition of vda)
  cache/       the Debian packages it was made of: a second build needs no network

An image that was made of the same files and packages is kept as it is, unless --force is given.
SOURCE_DATE_EPOCH sets the time stamps inside (default: a fixed date).
USAGE
}

force=no
out=
for argument in "$@"; do
    case $argument in
        -h | --help) usage; exit 0 ;;
        --force) force=yes ;;
        -*) echo "build.sh: unknown option $argument" >&2; usage >&2; exit 2 ;;
        *)
            if [ -n "$out" ]; then usage >&2; exit 2; fi
            out=$argument
            ;;
    esac
done
if [ -z "$out" ]; then usage >&2; exit 2; fi

readonly force
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
epoch=${SOURCE_DATE_EPOCH:-1767225600}
readonly epoch
export SOURCE_DATE_EPOCH=$epoch E2FSPROGS_FAKE_TIME=$epoch

# Layout of the disk in sectors of 512 bytes: the boot partition holds the kernel, the root partition is last so that it can grow.
readonly BOOT_START=2048 BOOT_SECTORS=40960 ROOT_START=43008 ROOT_SECTORS=57344
readonly ROOT_UUID=c0991ce0-0000-4000-8000-000000000001
readonly MBR=/usr/lib/syslinux/mbr/mbr.bin
# What the guest's kernel is told. KASLR and the keyboard controller's probe cost a third of a second each without
# hardware virtualization and protect nothing in a guest made for trying things out.
readonly KERNEL_ARGUMENTS="console=tty0 console=ttyS0,115200 quiet nokaslr i8042.noaux i8042.nokbd cryptomgr.notests random.trust_cpu=on panic=10"
# Packages besides the kernel's.
readonly PACKAGES="busybox-static dropbear-bin e2fsprogs libblkid1 libc6 libcom-err2 libcrypt1 libext2fs2 libgmp10 libtomcrypt1 libtommath1 libuuid1 systemd-boot-efi zlib1g"

fail() { echo "build.sh: $*" >&2; exit 1; }
step() { echo "sample image: $*"; }

check_tools() {
    local missing=() tool package
    while read -r tool package; do
        command -v "$tool" >/dev/null || missing+=("$package")
    done <<'TOOLS'
apt-get apt
cpio cpio
debugfs e2fsprogs
dpkg-deb dpkg
gzip gzip
mcopy mtools
mke2fs e2fsprogs
mkfs.vfat dosfstools
modprobe kmod
qemu-img qemu-utils
sfdisk fdisk
syslinux syslinux
xz xz-utils
TOOLS
    [ -r "$MBR" ] || missing+=(syslinux-common)
    if [ ${#missing[@]} -gt 0 ]; then
        mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
        fail "tools are missing; install them with: apt-get install ${missing[*]}"
    fi
    [ "$(dpkg --print-architecture)" = amd64 ] || fail "the sample image can only be built on amd64"
}

# The package that the newest cloud kernel is in; empty when apt has not heard of one.
newest_kernel() {
    { apt-cache depends linux-image-cloud-amd64 2>/dev/null || true; } | awk '/Depends: linux-image-/ { print $2; exit }'
}

# Sets $kernel_package and fills $cache with the packages; those that are there already are not fetched again.
fetch_packages() {
    local names=() name
    if [ ! -s "$cache/kernel-package" ]; then
        kernel_package=$(newest_kernel)
        if [ -z "$kernel_package" ] && [ "$(id -u)" = 0 ]; then
            # A machine whose package lists were never read, as fresh ones are.
            step "reading the lists of Debian packages"
            apt-get -qq update || fail "the lists of Debian packages cannot be read; check the network and run: apt-get update"
            kernel_package=$(newest_kernel)
        fi
        [ -n "$kernel_package" ] || fail "apt knows no linux-image-cloud-amd64; run: apt-get update"
        echo "$kernel_package" > "$cache/kernel-package"
    fi
    kernel_package=$(cat "$cache/kernel-package")
    for name in "$kernel_package" $PACKAGES; do
        compgen -G "$cache/${name}_*.deb" >/dev/null || names+=("$name")
    done
    if [ ${#names[@]} -eq 0 ]; then return; fi
    step "fetching ${#names[@]} Debian packages"
    # A folder of its own: a fetch that was cut short leaves no half a package in the cache. Root's apt drops its rights for fetching.
    mkdir "$work/fetch"
    chmod 777 "$work" "$work/fetch"
    (cd "$work/fetch" && apt-get -qq -o APT::Sandbox::User=root download "${names[@]}") \
        || { rm -f "$cache/kernel-package"; fail "could not fetch the packages; check the network and run: apt-get update"; }
    chmod 755 "$work"
    mv "$work"/fetch/*.deb "$cache/"
}

unpack_packages() {
    local name
    mkdir "$work/kernel" "$work/packages"
    for name in $PACKAGES; do
        dpkg-deb -x "$(compgen -G "$cache/${name}_*.deb" | sort -V | tail -n 1)" "$work/packages"
    done
    dpkg-deb -x "$(compgen -G "$cache/${kernel_package}_*.deb" | sort -V | tail -n 1)" "$work/kernel"
    kernel_version=$(basename "$work"/kernel/lib/modules/*)
    cp "$work/kernel/boot/vmlinuz-$kernel_version" "$work/vmlinuz"
    depmod -b "$work/kernel" "$kernel_version"
}

# modules TARGET NAME…: copies modules with what they need to TARGET and lists them, in the order of loading, in TARGET/order.
modules() {
    local target=$1 name verb path file
    shift
    mkdir -p "$target"
    for name in "$@"; do
        while read -r verb path _; do
            if [ "$verb" != insmod ]; then continue; fi
            file=$(basename "$path" .xz)
            if grep -qsx "$file" "$target/order"; then continue; fi
            if [ "$path" = "${path%.xz}" ]; then cp "$path" "$target/$file"; else xz -dc "$path" > "$target/$file"; fi
            echo "$file" >> "$target/order"
        done < <(modprobe -d "$work/kernel" -S "$kernel_version" --show-depends "$name")
    done
}

# libraries ROOT PROGRAM…: copies the shared libraries that the programs need.
libraries() {
    local root=$1 loader=$work/packages/lib64/ld-linux-x86-64.so.2 path
    shift
    local search=$work/packages/lib/x86_64-linux-gnu:$work/packages/usr/lib/x86_64-linux-gnu
    mkdir -p "$root/lib64" "$root/lib/x86_64-linux-gnu"
    cp -L "$loader" "$root/lib64/"
    { for program in "$@"; do "$loader" --library-path "$search" --list "$program"; done; } > "$work/libraries"
    if grep -q 'not found' "$work/libraries"; then
        fail "a library is in none of the packages: $(grep -m 1 'not found' "$work/libraries")"
    fi
    awk '$2 == "=>" { print $3 }' "$work/libraries" | sort -u > "$work/library-paths"
    while read -r path; do
        case $path in
            "$work"/*) cp -L "$path" "$root/lib/x86_64-linux-gnu/" ;;
            *) fail "the library $path would come from this machine instead of a package" ;;
        esac
    done < "$work/library-paths"
}

make_root() {
    local root=$work/root applet packages=$work/packages
    mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,proc,sys,dev,run,tmp,mnt,root/.ssh,var/lib/coppice,var/log,etc/dropbear,etc/acpi/PWRF}
    cp -r "$here/rootfs/." "$root/"
    cp "$packages/bin/busybox" "$root/bin/busybox"
    while read -r applet; do
        if [ "$applet" != busybox ]; then ln -s /bin/busybox "$root/bin/$applet"; fi
    done < <("$root/bin/busybox" --list)
    ln -s /bin/busybox "$root/sbin/init"
    cp "$packages/usr/sbin/dropbear" "$packages/sbin/resize2fs" "$root/usr/sbin/"
    cp "$packages/usr/bin/dropbearkey" "$root/usr/bin/"
    libraries "$root" "$root/usr/sbin/dropbear" "$root/usr/bin/dropbearkey" "$root/usr/sbin/resize2fs"
    modules "$root/lib/modules/late" virtio_net button evdev virtio_balloon virtio_console virtio_scsi
    ln -s /run/resolv.conf "$root/etc/resolv.conf"
    ln -s /proc/mounts "$root/etc/mtab"
    chmod -R u=rwX,go=rX "$root"
    chmod 755 "$root"/etc/init.d/* "$root"/etc/udhcpc/* "$root"/etc/acpi/PWRF/* "$root"/usr/sbin/*
    chmod 700 "$root/root" "$root/root/.ssh" "$root/etc/dropbear"
    chmod 600 "$root/etc/shadow"
    chmod 1777 "$root/tmp"
    same_times "$root"
}

make_initrd() {
    local tree=$work/initramfs
    mkdir -p "$tree"/{bin,proc,sys,dev,newroot}
    cp "$work/packages/bin/busybox" "$tree/bin/busybox"
    ln -s busybox "$tree/bin/sh"
    cp "$here/initramfs/init" "$tree/init"
    chmod 755 "$tree/init"
    modules "$tree/lib/modules" virtio_pci virtio-rng virtio_blk ext4
    same_times "$tree"
    (cd "$tree" && find . | sort | cpio --quiet -o -H newc -R 0:0 --reproducible) | gzip -n -9 > "$work/initrd.img"
}

same_times() { find "$1" -exec touch -h -d "@$epoch" {} +; }

# The root file system, filled without mounting it. Owners become root and times the same whoever builds it.
make_root_file_system() {
    local image=$work/root.ext4 path
    truncate -s $((ROOT_SECTORS * 512)) "$image"
    mke2fs -q -t ext4 -b 4096 -J size=4 -m 0 -L coppice-root -U "$ROOT_UUID" -E "hash_seed=$ROOT_UUID,root_owner=0:0,resize=268435456" \
        -d "$work/root" "$image"
    (cd "$work/root" && find . | sort) > "$work/paths"
    while read -r path; do
        for field in uid gid; do echo "set_inode_field \"/${path#./}\" $field 0"; done
        for field in atime ctime crtime mtime; do echo "set_inode_field \"/${path#./}\" $field @$epoch"; done
    done < "$work/paths" | sed 's|"/\."|/|' > "$work/debugfs-commands"
    debugfs -w -f "$work/debugfs-commands" "$image" > "$work/debugfs-output" 2>&1 || fail "debugfs: $(tail -n 1 "$work/debugfs-output")"
    e2fsck -fn "$image" > "$work/e2fsck-output" 2>&1 || fail "the file system is damaged: $(tail -n 3 "$work/e2fsck-output")"
}

make_boot_file_system() {
    local image=$work/boot.fat
    cat > "$work/syslinux.cfg" <<CONFIG
DEFAULT coppice
PROMPT 0
TIMEOUT 0
LABEL coppice
  KERNEL vmlinuz
  INITRD initrd.img
  APPEND $KERNEL_ARGUMENTS
CONFIG
    mkdir -p "$work/EFI/BOOT" "$work/loader/entries"
    cp "$work/packages/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$work/EFI/BOOT/BOOTX64.EFI"
    printf 'default coppice.conf\ntimeout 0\n' > "$work/loader/loader.conf"
    cat > "$work/loader/entries/coppice.conf" <<CONFIG
title Coppice
linux /vmlinuz
initrd /initrd.img
options $KERNEL_ARGUMENTS
CONFIG
    same_times "$work/EFI"
    same_times "$work/loader"
    same_times "$work/syslinux.cfg"
    same_times "$work/vmlinuz"
    same_times "$work/initrd.img"
    truncate -s $((BOOT_SECTORS * 512)) "$image"
    mkfs.vfat -F 16 -s 8 -h $BOOT_START --invariant -n BOOT "$image" >/dev/null
    mcopy -s -m -i "$image" "$work/vmlinuz" "$work/initrd.img" "$work/syslinux.cfg" "$work/EFI" "$work/loader" ::
    syslinux --install "$image"
}

make_disk() {
    local disk=$work/disk.raw
    truncate -s $(((ROOT_START + ROOT_SECTORS) * 512)) "$disk"
    sfdisk -q "$disk" <<TABLE
label: dos
label-id: 0xc0991ce0
start=$BOOT_START, size=$BOOT_SECTORS, type=e, bootable
start=$ROOT_START, size=$ROOT_SECTORS, type=83
TABLE
    dd if="$MBR" of="$disk" bs=440 count=1 conv=notrunc status=none
    dd if="$work/boot.fat" of="$disk" bs=512 seek=$BOOT_START conv=notrunc,sparse status=none
    dd if="$work/root.ext4" of="$disk" bs=512 seek=$ROOT_START conv=notrunc,sparse status=none
    qemu-img convert -c -f raw -O qcow2 "$disk" "$work/disk.qcow2"
}

# What the image depends on; kept beside it as "inputs" to see whether it must be built again.
fingerprint() {
    {
        echo "$epoch"
        (cd "$here" && find build.sh rootfs initramfs -type f -exec sha256sum {} + | sort -k 2)
        (cd "$cache" && find . -name '*.deb' | sort)
    } | sha256sum | cut -d ' ' -f 1
}

check_tools
mkdir -p "$out"
out=$(cd "$out" && pwd)
readonly out
readonly cache=$out/cache
mkdir -p "$cache"
# One build at a time in a folder.
exec 9> "$out/.lock"
flock -w 600 9 || fail "another build in $out does not end"
work=$(mktemp -d "$out/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT

fetch_packages
inputs=$(fingerprint)
if [ $force = no ] && [ -s "$out/disk.qcow2" ] && [ -s "$out/vmlinuz" ] && [ -s "$out/initrd.img" ] \
    && [ "$(cat "$out/inputs" 2>/dev/null)" = "$inputs" ]; then
    step "$out/disk.qcow2 is up to date"
    exit 0
fi
unpack_packages
step "unpacked $kernel_package"
make_root
make_initrd
step "made the initial RAM disk ($(stat -c %s "$work/initrd.img") bytes)"
make_root_file_system
step "made the root file system"
make_boot_file_system
make_disk
chmod 644 "$work/vmlinuz" "$work/initrd.img" "$work/disk.qcow2"
rm -f "$out/inputs"
mv -f "$work/vmlinuz" "$work/initrd.img" "$work/disk.qcow2" "$out/"
echo "$inputs" > "$out/inputs"
step "made $out/disk.qcow2 ($(stat -c %s "$out/disk.qcow2") bytes)"
