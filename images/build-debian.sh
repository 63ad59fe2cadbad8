#!/bin/bash
# Builds the image "debian": bookworm with systemd, OpenSSH, the QEMU guest agent, Open MPI and MrBayes,
# as a compressed qcow2 disk for direct kernel boot. Needs root and the network.
#
#   images/build-debian.sh OUTDIR
set -euo pipefail

readonly IMAGE_NAME=debian DISK_MIB=1024
. "$(dirname -- "$0")/common.sh"
cd "$IMAGES_SOURCE"
mapfile -t recipe < <(find debian -type f | LC_ALL=C sort)
begin "${1-}" build-debian.sh "${recipe[@]}"
((EUID == 0)) || die "building this image needs root"
need mmdebstrap mmdebstrap mke2fs e2fsprogs qemu-img qemu-utils unshare util-linux setpriv util-linux

readonly ROOT=$WORK/root TOOLS=$WORK/tools UNPACKED=$WORK/unpacked INITRD=$WORK/initrd
readonly PACKAGES=(systemd-sysv iproute2 procps kmod openssh-server openssh-client qemu-guest-agent
  openmpi-bin e2fsprogs iputils-ping netcat-openbsd less)
# What gcc-12 needs to compile C, without what it would need to be configured as a package.
readonly COMPILER=(gcc-12 cpp-12 libgcc-12-dev libgcc-s1 libc6 libc6-dev libcrypt-dev linux-libc-dev
  binutils binutils-x86-64-linux-gnu binutils-common libbinutils libctf0 libctf-nobfd0 libjansson4 libisl23 libmpc3
  libmpfr6 libgmp10 zlib1g libzstd1 libopenmpi-dev libopenmpi3)
stages=()

# stage LOG COMMAND ...: starts a command beside this script. It has its own mounts and processes, all of
# which end with it, and it ends with this script, however that ends.
stage() {
  local log=$WORK/$1.log
  shift
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child "$@" >"$log" 2>&1 9>&- &
  stages+=($!)
}

# join PID LOG WHAT: waits for a stage.
join() {
  wait "$1" && return
  tail -n 25 "$WORK/$2.log" >&2
  die "$3 failed (see above)"
}

stop_stages() {
  if ((${#stages[@]})); then kill -KILL "${stages[@]}" 2>/dev/null || true; fi
  wait 2>/dev/null || true
  rm -rf --one-file-system -- "$WORK"
}
trap stop_stages EXIT

bootstrap() {
  local include proxies
  include=$(IFS=,; echo "${PACKAGES[*]}")
  proxies=$(apt-config dump Acquire::http::Proxy Acquire::https::Proxy 2>/dev/null || true)
  mapfile -t sources < <(debian_sources)
  stage mmdebstrap mmdebstrap --mode=root --variant=essential --include="$include" \
    ${proxies:+--aptopt="$proxies"} \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --aptopt='Acquire::Retries "3"' \
    --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/lintian/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/X11/*' --dpkgopt='path-exclude=/usr/share/bug/*' \
    "$SUITE" "$ROOT" "${sources[@]}"
}

# Downloads the kernel, what the initrd is made of, MrBayes' source and a compiler.
download() {
  private_apt
  fetch "$UNPACKED" "$(kernel_package)" busybox-static
  fetch "$TOOLS" "${COMPILER[@]}"
  mkdir -p "$WORK/source"
  debian_sources | sed -n '1s/^deb /deb-src /p' >>"$WORK/apt/sources.list"
  "${APT[@]}" update
  (cd "$WORK/source" && "${APT[@]}" source --tar-only mrbayes && tar -x --strip-components=1 -f mrbayes_*.orig.tar.*) ||
    die "cannot download the source of mrbayes"
}

configure() {
  local unit
  cp -R --no-preserve=mode --remove-destination debian/root/. "$ROOT/"
  install -m 0755 "$TOOLS/src/mb" "$ROOT/usr/bin/mb"
  install -D -m 0644 "$WORK/source/examples/primates.nex" "$ROOT/usr/share/heddle/primates.nex"
  install -D -m 0644 "$WORK/source/COPYING" "$ROOT/usr/share/doc/mrbayes/copyright"
  chmod 0755 "$ROOT"/usr/lib/heddle/* "$ROOT/usr/sbin/shutdown" "$ROOT/usr/bin/heddle-mrbayes"
  chown -R 0:0 "$ROOT/usr/lib/heddle" "$ROOT/usr/share/heddle" "$ROOT/etc/systemd" "$ROOT/etc/ssh" "$ROOT/etc/openmpi"
  # From where it was made; whoever keeps a machine for long may name another mirror.
  debian_sources | sed 's/\[[^]]*\] //' >"$ROOT/etc/apt/sources.list"
  rm -f "$ROOT"/etc/ssh/ssh_host_* "$ROOT/etc/resolv.conf" "$ROOT"/var/log/*.log
  : >"$ROOT/etc/machine-id"
  # What mmdebstrap was told for the build (proxy, unsafe writes) is not for the guest.
  rm -f "$ROOT/etc/apt/apt.conf.d/99mmdebstrap" "$ROOT/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
  mkdir -p "$ROOT/etc/systemd/system-generators"
  # Nothing here that they look for (fstab, encrypted disks, consoles of a PC): they only cost boot time.
  for unit in "$ROOT"/lib/systemd/system-generators/*; do
    ln -s /dev/null "$ROOT/etc/systemd/system-generators/${unit##*/}"
  done
  for unit in getty@tty1.service getty.target apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-tmpfiles-clean.timer motd-news.timer \
    systemd-timesyncd.service systemd-logind.service systemd-update-utmp.service systemd-random-seed.service \
    systemd-update-utmp-runlevel.service systemd-machine-id-commit.service systemd-pstore.service \
    systemd-network-generator.service systemd-user-sessions.service systemd-ask-password-wall.path \
    systemd-ask-password-console.path systemd-journal-flush.service systemd-sysctl.service \
    systemd-modules-load.service kmod-static-nodes.service systemd-remount-fs.service systemd-sysusers.service \
    systemd-binfmt.service systemd-firstboot.service systemd-hwdb-update.service systemd-update-done.service \
    systemd-journal-catalog-update.service ldconfig.service proc-sys-fs-binfmt_misc.automount \
    modprobe@configfs.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service \
    modprobe@dm_mod.service modprobe@loop.service dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount \
    sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount rpcbind.socket \
    openipmi.service ssh.socket remote-fs.target nfs-client.target cryptsetup.target; do
    ln -sf /dev/null "$ROOT/etc/systemd/system/$unit"
  done
  mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
  for unit in heddle-seed heddle-start heddle-console ssh qemu-guest-agent; do
    ln -sf "/etc/systemd/system/$unit.service" "$ROOT/etc/systemd/system/multi-user.target.wants/$unit.service"
  done
  ln -sf /lib/systemd/system/multi-user.target "$ROOT/etc/systemd/system/default.target"
  chroot "$ROOT" /sbin/ldconfig
}

make_initrd() {
  mkdir -p "$INITRD"/{bin,dev,etc,proc,root,sys,lib/modules}
  cp "$UNPACKED/bin/busybox" "$INITRD/bin/"
  for applet in sh mount umount insmod switch_root cat echo poweroff; do
    ln -s busybox "$INITRD/bin/$applet"
  done
  copy_modules "$UNPACKED" "$INITRD" virtio_pci virtio_blk virtio_net virtio_console virtio_rng
  install -m 0755 debian/initrd-init "$INITRD/init"
  pack_initrd "$INITRD" "$UNPACKED/bin/busybox" "$WORK/image/initrd"
  cp "$UNPACKED"/boot/vmlinuz-* "$WORK/image/vmlinuz"
}

make_disk() {
  truncate -s "${DISK_MIB}M" "$WORK/disk.raw"
  mke2fs -q -F -t ext4 -L heddle-root -m 0 -J size=8 -O ^metadata_csum_seed \
    -E root_owner=0:0,lazy_itable_init=1,lazy_journal_init=1 -d "$ROOT" "$WORK/disk.raw"
  qemu-img convert -c -o compression_type=zstd -f raw -O qcow2 "$WORK/disk.raw" "$WORK/image/disk.qcow2"
}

say "installing Debian $SUITE with ${#PACKAGES[@]} packages and what they need (about a minute)"
bootstrap
base=${stages[-1]}
say "downloading the kernel, a compiler and MrBayes' source"
download
say "compiling MrBayes with MPI"
stage mrbayes debian/compile-mrbayes "$TOOLS" "$WORK/source"
mrbayes=${stages[-1]}
make_initrd
join "$mrbayes" mrbayes "compiling MrBayes"
join "$base" mmdebstrap "installing Debian"
stages=()
say "writing the disk"
configure
make_disk
finish "console=ttyS0 quiet net.ifnames=0 mitigations=off no_timer_check panic=1" disk.qcow2 "$DISK_MIB"
