# Shared by the build scripts of the images; sourced, not run.
#
# An image is a folder (see "image.json" in ARCHITECTURE.md). It is built in a hidden folder beside its
# final place and renamed at the end, so an image that can be seen is complete.
#
# Environment: HEDDLE_MIRROR and HEDDLE_SECURITY_MIRROR name other Debian mirrors than those that this
# machine's apt uses.

umask 022
readonly SUITE=bookworm
readonly IMAGES_SOURCE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
. "$IMAGES_SOURCE/mirrors.sh"

say() { printf '%s: %s\n' "$IMAGE_NAME" "$*"; }

die() {
  printf '%s: %s\n' "$IMAGE_NAME" "$*" >&2
  exit 1
}

# need COMMAND PACKAGE ...: stops unless each command is there.
need() {
  while (($#)); do
    PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || die "$1 is missing: apt-get install $2"
    shift 2
  done
}

# One line of sources.list for each part of the release that images are made from.
debian_sources() {
  local main security by="[signed-by=$KEYRING]"
  main=${HEDDLE_MIRROR:-$(apt_address Debian)}
  security=${HEDDLE_SECURITY_MIRROR:-$(apt_address Debian-Security)}
  [[ $main && $security ]] ||
    die "no Debian mirror in /etc/apt: set HEDDLE_MIRROR and HEDDLE_SECURITY_MIRROR to the addresses of one"
  echo "deb $by $main $SUITE main"
  echo "deb $by $security $SUITE-security main"
}

# digest_of FILE ...: one digest of names and contents, given in a fixed order.
digest_of() {
  (cd "$IMAGES_SOURCE" && sha256sum -- "$@") | sha256sum | cut -d ' ' -f 1
}

# json_field FILE FIELD: the value of a top-level string field.
json_field() {
  sed -n 's/.*"'"$2"'": *"\([^"]*\)".*/\1/p' "$1" | head -n 1
}

# begin OUTDIR RECIPE_FILE ...: sets OUT, DIGEST and WORK (an empty folder that goes away at the end).
# Ends the script when the image is there and its recipe has not changed.
begin() {
  local parent
  [[ $1 ]] || die "usage: ${0##*/} OUTDIR"
  mkdir -p -- "$(dirname -- "$1")"
  parent=$(cd -- "$(dirname -- "$1")" && pwd)
  OUT=$parent/$(basename -- "$1")
  shift
  DIGEST=$(digest_of common.sh mirrors.sh "$@")
  if built; then
    say "found (built before)"
    exit 0
  fi
  exec 9>"$parent/.$IMAGE_NAME.lock"
  if ! flock -n 9; then
    say "waiting for another build of it"
    flock 9
  fi
  if built; then
    say "found (built meanwhile)"
    exit 0
  fi
  WORK=$parent/.$IMAGE_NAME.building
  # Who holds the lock owns the folder: what lies there is left from a build that was killed.
  rm -rf --one-file-system -- "$WORK"
  trap 'rm -rf --one-file-system -- "$WORK"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  mkdir -m 0755 -- "$WORK" "$WORK/image"
  STARTED=$SECONDS
}

built() { [[ -f $OUT/image.json && $(json_field "$OUT/image.json" digest) == "$DIGEST" ]]; }

# finish KERNEL_ARGUMENTS [DISK DISK_MIB]: describes the files in $WORK/image and puts the image in place.
finish() {
  local file entries='' disk=''
  for file in "$WORK"/image/*; do
    entries+=${entries:+,$'\n'}"    {\"name\": \"${file##*/}\", \"sha256\": \"$(sha256sum <"$file" | cut -d ' ' -f 1)\", \"size\": $(stat -c %s "$file")}"
  done
  [[ ${2-} ]] && disk=$'\n'"  \"disk\": \"$2\","$'\n'"  \"diskMiB\": $3,"
  cat >"$WORK/image/image.json" <<END
{
  "name": "$IMAGE_NAME",
  "digest": "$DIGEST",
  "kernel": "vmlinuz",
  "initrd": "initrd",
  "kernelArguments": "$1",$disk
  "files": [
$entries
  ]
}
END
  chmod -R u=rwX,go=rX "$WORK/image"
  sync -f "$WORK/image"
  [[ -e $OUT ]] && mv -T -- "$OUT" "$WORK/old"
  mv -T -- "$WORK/image" "$OUT"
  say "built in $((SECONDS - STARTED)) s, $(du -sm -- "$OUT" | cut -f 1) MiB: $OUT"
}

# An apt of its own in $WORK/apt, for the images' release whatever this machine runs; needs no root.
# Sets APT, the command to use.
private_apt() {
  local apt=$WORK/apt
  mkdir -p "$apt"/{state/lists/partial,cache/archives/partial}
  : >"$apt/status"
  debian_sources >"$apt/sources.list"
  APT=(apt-get -qq -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
    -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache"
    -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Sandbox::User=
    -o Acquire::Languages=none -o Acquire::Retries=3)
  "${APT[@]}" update || die "cannot read the package lists of $SUITE (see above): check the network and $apt/sources.list"
}

# fetch DIRECTORY PACKAGE ...: downloads the packages and unpacks them.
fetch() {
  local into=$1 deb
  shift
  mkdir -p "$into" "$WORK/debs"
  (cd "$WORK/debs" && "${APT[@]}" download "$@") || die "cannot download: $*"
  for deb in "$WORK"/debs/*.deb; do
    dpkg-deb -x "$deb" "$into"
    rm "$deb"
  done
}

# The package that the meta package linux-image-cloud-amd64 stands for today.
kernel_package() {
  "${APT[@]/apt-get/apt-cache}" depends linux-image-cloud-amd64 2>/dev/null |
    awk '/Depends: linux-image-/ { print $2; exit }'
}

# copy_modules UNPACKED INITRD MODULE ...: copies the modules and what they depend on, and writes
# INITRD/etc/modules: the files in the order in which to load them.
copy_modules() {
  local from=$1 to=$2 busybox=$1/bin/busybox version
  shift 2
  version=$(ls "$from/lib/modules")
  (cd "$from" && "$busybox" depmod -b "$from" "$version")
  mkdir -p "$to/etc" "$to/lib/modules"
  awk -v wanted="$*" '
    function load(path,   i, n, needs) {
      if (path in done) return
      done[path] = 1
      n = split(depends[path], needs, " ")
      for (i = n; i >= 1; i--) load(needs[i])
      print path
    }
    {
      path = $1; sub(/:$/, "", path)
      name = path; sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub(/-/, "_", name)
      of[name] = path
      $1 = ""; depends[path] = $0
    }
    END {
      n = split(wanted, names, " ")
      for (i = 1; i <= n; i++) {
        if (!(names[i] in of)) { print "no module " names[i] > "/dev/stderr"; exit 1 }
        load(of[names[i]])
      }
    }' "$from/lib/modules/$version/modules.dep" >"$WORK/modules" || die "the kernel lacks a module (see above)"
  while read -r path; do
    path=${path#"/lib/modules/$version/"}
    cp "$from/lib/modules/$version/${path#lib/modules/"$version"/}" "$to/lib/modules/"
    echo "/lib/modules/${path##*/}"
  done <"$WORK/modules" >"$to/etc/modules"
}

# pack_initrd DIRECTORY BUSYBOX FILE: everything in it belongs to root, whoever builds.
pack_initrd() {
  (cd "$1" && find . | LC_ALL=C sort | "$2" cpio -o -H newc -R 0:0 2>/dev/null) >"$3"
}
