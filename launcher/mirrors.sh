# Sourced: where this machine's apt takes Debian from.

# apt_address LABEL: the address that is configured for Debian packages with this label
# (Debian, Debian-Security); empty: none.
apt_address() {
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -F '|' -v label="$1" '$1 == "Debian" && $2 == label { sub(/\/$/, "", $3); print $3; exit }'
}
