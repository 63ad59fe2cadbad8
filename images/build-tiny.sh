#!/bin/bash
# Builds the image "tiny": Debian's cloud kernel and an initrd with busybox and the QEMU guest agent.
# It boots in about 2 s, needs no disk and 96 MiB of memory. Needs no root.
#
#   images/build-tiny.sh OUTDIR
set -euo pipefail

readonly IMAGE_NAME=tiny
. "$(dirname -- "$0")/common.sh"
cd "$IMAGES_SOURCE"
begin "${1-}" build-tiny.sh tiny/*
need dpkg-deb dpkg apt-get apt flock util-linux

say "downloading Debian's kernel, busybox and guest agent"
private_apt
readonly UNPACKED=$WORK/unpacked ROOT=$WORK/root
fetch "$UNPACKED" "$(kernel_package)" busybox-static qemu-guest-agent \
  libc6 libglib2.0-0 libnuma1 libudev1 liburing2 libpcre2-8-0

say "packing the initrd"
mkdir -p "$ROOT"/{bin,dev,etc,proc,run,sys,tmp,root,usr/{bin,sbin},var,lib64,lib/x86_64-linux-gnu}
ln -s bin/busybox "$ROOT/init"
ln -s bin "$ROOT/sbin"
ln -s /run "$ROOT/var/run"
cp "$UNPACKED/bin/busybox" "$ROOT/bin/"
while read -r applet; do
  [[ $applet == busybox ]] || ln -s busybox "$ROOT/bin/$applet"
done < <("$UNPACKED/bin/busybox" --list)

copy_modules "$UNPACKED" "$ROOT" virtio_pci virtio_blk virtio_net virtio_console virtio_rng

# The agent with exactly the libraries that its loader asks for.
readonly LIBRARIES=$ROOT/lib/x86_64-linux-gnu LOADER=lib64/ld-linux-x86-64.so.2
cp "$UNPACKED/usr/sbin/qemu-ga" "$ROOT/usr/sbin/"
cp -L "$UNPACKED/$LOADER" "$ROOT/lib64/"
while read -r library; do
  [[ $library == "$UNPACKED"/* ]] || die "the packages lack a library of the guest agent: $library"
  cp -L "$library" "$LIBRARIES/"
done < <("$UNPACKED/$LOADER" --library-path "$UNPACKED/lib/x86_64-linux-gnu:$UNPACKED/usr/lib/x86_64-linux-gnu" \
  --list "$UNPACKED/usr/sbin/qemu-ga" | awk '$2 == "=>" { print $3 }')

cp tiny/{inittab,passwd,group,profile,nsswitch.conf,rc} "$ROOT/etc/"
cp tiny/{memcheck,farm-check,guest-agent} "$ROOT/usr/bin/"
rm -f "$ROOT/bin/shutdown"
cp tiny/shutdown "$ROOT/bin/shutdown"
chmod 0755 "$ROOT"/etc/rc "$ROOT"/usr/bin/* "$ROOT/bin/shutdown"

cp "$UNPACKED"/boot/vmlinuz-* "$WORK/image/vmlinuz"
pack_initrd "$ROOT" "$UNPACKED/bin/busybox" "$WORK/image/initrd"
finish "console=ttyS0 quiet net.ifnames=0 mitigations=off no_timer_check panic=1"
