# Sourced by ./heddle: finds what is missing on this machine and installs it, where apt can.

readonly QEMU_MINIMUM=10.0.2

# set_up build|all|test: what compiling needs, or all, or what tests need, too. Does nothing, and says nothing, when
# all is there.
set_up() {
  local packages=() qemu=() jdk=yes
  find_jdk || missing_jdk
  type -P mvn >/dev/null || packages+=(maven)
  if [[ $1 != build ]]; then
    missing_tools <<<"$TOOLS"
    [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || packages+=(debian-archive-keyring)
    missing_qemu
  fi
  [[ $1 != test ]] || missing_tools <<<"$TEST_TOOLS"
  [[ $jdk ]] || get_jdk_by_hand
  ((${#packages[@]} + ${#qemu[@]})) || return 0
  type -P apt-get >/dev/null ||
    die "this machine has no apt; install these yourself: ${packages[*]} ${qemu:+QEMU $QEMU_MINIMUM or later and qemu-img}"
  if ((EUID != 0)); then
    ask_for_root
    exit 1
  fi
  ((${#packages[@]})) && install_packages "" "${packages[@]}"
  ((${#qemu[@]})) && install_qemu
  find_jdk || die "the installed JDK is not in /usr/lib/jvm; set JAVA_HOME"
}

# Commands, each with its package.
readonly TOOLS="mmdebstrap mmdebstrap
ip iproute2
tc iproute2
mke2fs e2fsprogs
setpriv util-linux
unshare util-linux
flock util-linux
ps procps"
# File systems that share blocks; a family of packages to build from.
readonly TEST_TOOLS="mkfs.btrfs btrfs-progs
mkfs.xfs xfsprogs
dnf dnf
rpmbuild rpm
createrepo_c createrepo-c
busybox busybox-static"

missing_tools() {
  local command package
  while read -r command package; do
    type -P "$command" >/dev/null || [[ " ${packages[*]} " == *" $package "* ]] || packages+=("$package")
  done
}

# Live migration loses guest memory with older ones (docs/decisions).
missing_qemu() {
  local version=
  if type -P qemu-system-x86_64 >/dev/null; then
    version=$(qemu-system-x86_64 --version)
    version=${version#*version }
    version=${version%%[ (]*}
    version=${version%%$'\n'*}
  fi
  if [[ -z $version ]] || older "$version" "$QEMU_MINIMUM"; then
    qemu=(qemu-system-x86 qemu-utils)
  elif ! type -P qemu-img >/dev/null; then
    qemu=(qemu-utils)
  fi
}

older() { [[ $1 != "$2" && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

# No JDK: the newest headless one of the release; without one, jdk becomes empty.
missing_jdk() {
  local newest=
  if type -P apt-cache >/dev/null; then
    newest=$(newest_jdk_package)
    [[ $newest ]] || ! update_lists || newest=$(newest_jdk_package)
  fi
  if [[ $newest ]] && ((newest >= JAVA_MINIMUM)); then
    packages+=("openjdk-$newest-jdk-headless")
  else
    jdk=
  fi
}

newest_jdk_package() {
  apt-cache pkgnames openjdk- 2>/dev/null | sed -n 's/^openjdk-\([0-9]*\)-jdk-headless$/\1/p' | sort -n | tail -n 1
}

get_jdk_by_hand() {
  say "no JDK $JAVA_MINIMUM or later found (looked at JAVA_HOME, PATH, /usr/lib/jvm) and this release has no package of one."
  say "get one: unpack the Linux x64 .tar.gz of JDK $JAVA_MINIMUM from https://adoptium.net or https://jdk.java.net into /usr/lib/jvm:"
  say "  mkdir -p /usr/lib/jvm && tar -x -C /usr/lib/jvm -f JDK.tar.gz     (or set JAVA_HOME to where it is)"
  if ((EUID != 0 && ${#packages[@]} + ${#qemu[@]})); then ask_for_root; fi
  exit 1
}

# install_packages RELEASE PACKAGE ...: RELEASE may be empty.
install_packages() {
  local release=$1 log
  shift
  say "installing with apt: $*${release:+ (from $release)}"
  log=$(mktemp)
  if ! install_quietly "$release" "$@" >"$log" 2>&1; then
    # The lists may be missing or old.
    update_lists || true
    if ! install_quietly "$release" "$@" >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      rm -f "$log"
      die "apt failed (see above). By hand: $(apt_line "$release" "$@")"
    fi
  fi
  rm -f "$log"
}

# Once in a run.
update_lists() {
  ((EUID == 0)) || return 1
  [[ ${lists_updated-} ]] && return
  say "updating apt's package lists"
  apt_quietly update >/dev/null 2>&1 || return 1
  lists_updated=yes
}

# Waits for another apt (a second checkout) instead of failing.
apt_quietly() {
  DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

install_quietly() {
  local release=$1
  shift
  apt_quietly ${release:+-t "$release"} --no-install-recommends install "$@"
}

apt_line() {
  local release=$1
  shift
  echo "apt-get install --no-install-recommends ${release:+-t $release }$*"
}

install_qemu() {
  local release
  qemu_release || {
    update_lists || true
    qemu_release || add_backports
  }
  install_packages "$release" "${qemu[@]}"
}

# Sets release to the one to name to apt to get a QEMU that is new enough (empty: apt's own choice).
qemu_release() {
  local candidate
  release=
  candidate=$(apt-cache policy qemu-system-x86 2>/dev/null | sed -n 's/^ *Candidate: //p')
  good_package "$candidate" && return
  release=$(codename)-backports
  apt-cache madison qemu-system-x86 2>/dev/null | grep -F " $release/" | {
    IFS='| ' read -r _ candidate _ && good_package "$candidate"
  }
}

# good_package VERSION: without epoch and Debian's suffix.
good_package() {
  local version=${1#*:}
  version=${version%%[+~-]*}
  [[ $version =~ ^[0-9] ]] && ! older "$version" "$QEMU_MINIMUM"
}

codename() { . /etc/os-release && echo "${VERSION_CODENAME-}"; }

add_backports() {
  local file=/etc/apt/sources.list.d/heddle-backports.sources mirror
  [[ $(. /etc/os-release && echo "$ID") == debian && $(codename) == bookworm ]] ||
    die "this release has no QEMU $QEMU_MINIMUM or later: install one yourself (Debian 12 has it in backports, Debian 13 in the release)"
  . "$CHECKOUT/launcher/mirrors.sh"
  mirror=$(apt_address Debian)
  [[ $mirror ]] || die "no Debian mirror in /etc/apt, which QEMU $QEMU_MINIMUM could come from: name one there"
  release=bookworm-backports
  say "adding $release to apt, for QEMU $QEMU_MINIMUM: $file"
  backports_source "$mirror" >"$file"
  if ! apt_quietly update >/dev/null 2>&1 || ! qemu_release; then
    rm -f "$file"
    die "$release at $mirror cannot be read or has no such QEMU; removed $file again"
  fi
}

backports_source() {
  cat <<END
# Added by heddle setup, for QEMU $QEMU_MINIMUM or later.
Types: deb
URIs: $1
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
}

# Without root: exactly what to run.
ask_for_root() {
  local release=
  say "something is missing; as root, run:"
  ((${#packages[@]})) && printf '  %s\n' "$(apt_line "" "${packages[@]}")" >&2
  ((${#qemu[@]})) || return 0
  if ! qemu_release; then
    . "$CHECKOUT/launcher/mirrors.sh"
    local mirror
    mirror=$(apt_address Debian)
    release=bookworm-backports
    printf '  %s\n' "cat >/etc/apt/sources.list.d/heddle-backports.sources <<END" >&2
    backports_source "${mirror:-ADDRESS-OF-A-DEBIAN-MIRROR}" >&2
    printf '%s\n  %s\n' END "apt-get update" >&2
  fi
  printf '  %s\n' "$(apt_line "$release" "${qemu[@]}")" >&2
}
