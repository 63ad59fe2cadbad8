#!/bin/bash
# debian-images.sh FOLDER: two real Debian images, the second with about 100 packages more, and one of the
# next release, as raw ext4. What is there already is kept.
set -euo pipefail
cd -- "$1"
PATH=$PATH:/usr/sbin:/sbin
base=systemd-sysv,udev,dbus,kmod,openssh-server,iproute2,iputils-ping,qemu-guest-agent,linux-image-cloud-amd64,iperf3,procps
more=openmpi-bin,mrbayes,rsync,python3,python3-numpy,git,less,gawk,tmux,strace,sqlite3,curl,jq
proxies=$(apt-config dump Acquire::http::Proxy Acquire::https::Proxy 2>/dev/null || true)

# image NAME SUITE PACKAGES SIZE
image() {
  [[ -f $1.raw ]] && return
  echo "making $1.raw: Debian $2 (about a minute)" >&2
  rm -rf -- "$1.root" "$1.new"
  # By way of a tar: apt verifies signatures as another user, who may not enter this folder.
  mkdir -- "$1.root"
  mmdebstrap --quiet --mode=root --variant=apt --components=main --include="$3" \
    ${proxies:+--aptopt="$proxies"} --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' "$2" - |
    tar -x --numeric-owner -C "$1.root"
  truncate -s "$4" "$1.new"
  mke2fs -q -F -t ext4 -L root -E root_owner=0:0,lazy_itable_init=1 -O ^metadata_csum_seed -d "$1.root" "$1.new"
  find "$1.root/var/lib/dpkg/info" -name '*.list' | wc -l >"$1.packages"
  rm -rf --one-file-system -- "$1.root"
  mv -- "$1.new" "$1.raw"
}
image base bookworm "$base" 768M
image more bookworm "$base,$more" 2G
image trixie trixie "$base" 1G
