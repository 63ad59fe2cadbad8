#!/usr/bin/perl
# sandbox.pl SPEC: one step of a build, as process 1 of new mount, pid, uts, ipc and net namespaces.
#
# SPEC has lines "key value", values in percent encoding:
#   lower DIR ..     layers of the tree, the topmost first; none: the tree is empty
#   upper DIR        gets what the step changes; without it the step only reads
#   work DIR         for the overlay, on the file system of upper
#   root DIR         where a command of the host gets its root
#   disk FILE MIB    changes go into this file with a file system of that size first: a step cannot fill more
#   merged DIR       where the tree is mounted
#   mount FROM TO    read-only folder of the host inside the tree (the tree's action only)
#   hostname NAME
#   cgroup DIR ..    to join first
#   pids N           most processes, watched here (where no cgroup does it)
#   action host      runs the command with the host's programs; $HEDDLE_TREE is the tree. Of the host's files it sees
#                    the programs and what they are configured by, and what is named here:
#   see PATH ..      files and folders that it reads
#   write PATH ..    folders that it writes to
#   inside FROM TO   folder of the host that lies inside the tree meanwhile
#   action run       runs the command inside the tree, confined: no way out of it, few capabilities
#   action files     writes the records on standard input into the tree, from inside of it
#   action read      prints what lies at the argument, inside the tree, as records
#   action tidy      takes away what no image should have (keys, logs, what a first boot makes anew)
#   argument TEXT .. the command
#   script TEXT ..   for run: several commands, one after the other, until one fails
#   set NAME=VALUE .. its environment
# A record: "T PATH MODE OWNER GROUP SIZE TIME\n" and SIZE bytes; T is F (file), D (folder), K (folder,
# as it is where there is one) or L (link, the bytes are its target); PATH in hexadecimal digits, - for none.
# Exit code: the command's; 125 when the sandbox itself failed, 124 when there were too many processes.
use strict;
use warnings;

my %number = (
  x86_64  => {unshare => 272, pivot_root => 155, umount2 => 166, prctl => 157, utimensat => 280, mount_setattr => 442},
  aarch64 => {unshare => 97,  pivot_root => 41,  umount2 => 39,  prctl => 167, utimensat => 88,  mount_setattr => 442},
);
# What the host's programs are and are configured by; nothing that is secret.
my @PROGRAMS = qw(usr bin sbin lib lib32 lib64 libx32);
my @SETTINGS = map { "/etc/$_" } qw(alternatives apt ca-certificates.conf debian_version dnf dpkg group host.conf hosts
  ld.so.cache ld.so.conf ld.so.conf.d localtime mke2fs.conf nsswitch.conf os-release passwd pki protocols resolv.conf
  rpm services ssl/certs ssl/openssl.cnf);
my (%one, %many);
sub fail { print STDERR "sandbox: @_\n"; exit 125 }
sub decode { my $t = shift; $t =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge; $t }

open my $spec, '<', $ARGV[0] or fail("no $ARGV[0]: $!");
while (<$spec>) {
  chomp;
  my ($key, @values) = map { decode($_) } split / /;
  if ($key =~ /^(lower|argument|set|cgroup|see|write)$/) { push @{$many{$key}}, $values[0] // '' }
  elsif ($key =~ /^(mount|script|inside)$/) { push @{$many{$key}}, [@values] }
  else { $one{$key} = @values > 1 ? [@values] : $values[0] }
}
close $spec;
chomp(my $machine = `uname -m`);
my $call = $number{$machine} or fail("no table of system calls for $machine");

sub must { system(@_) == 0 or fail("@_: failed") }
sub bind_mount { my ($from, $to, @more) = @_; must('mount', '--bind', @more, $from, $to) }

for my $group (@{$many{cgroup} // []}) {
  open my $procs, '>', "$group/cgroup.procs" or fail("$group: $!");
  print $procs "0\n";
  close $procs or fail("$group: $!");
}
must('mount', '--make-rprivate', '/');
must('mount', '-t', 'proc', '-o', 'nosuid,nodev,noexec', 'proc', '/proc');
must('hostname', $one{hostname}) if defined $one{hostname};
my $net = `ip link set lo up 2>&1`;
must('prlimit', '--pid', $$, '--core=0');

# The tree.
my $tree = $one{merged};
my $changes = $one{upper};
my $space;
if ($one{disk}) {
  my ($file, $mib) = @{$one{disk}};
  must('truncate', '-s', "${mib}M", $file);
  must('mke2fs', '-q', '-F', '-t', 'ext4', '-O', '^has_journal', '-E', 'lazy_itable_init=1', '-m', '0', $file);
  $space = "$file.mounted";
  mkdir $space or fail("$space: $!");
  must('mount', '-o', 'loop,nodev', $file, $space);
  mkdir "$space/upper"; mkdir "$space/work";
  # The root of the tree keeps its owner and mode.
  chmod((stat $changes)[2] & 07777, "$space/upper");
}
my @lower = @{$many{lower} // []};
if (@lower || defined $changes) {
  my ($up, $work) = $space ? ("$space/upper", "$space/work") : ($changes, $one{work});
  if (@lower || defined $up) {
    @lower = ($one{empty}) if !@lower;
    my $options = 'redirect_dir=off,metacopy=off,index=off,xino=off,lowerdir=' . join(':', @lower, defined $up || @lower > 1 ? () : $one{empty});
    # Nothing is forced to the disk in between: the whole layer is, once, when it is finished.
    $options .= ",upperdir=$up,workdir=$work,volatile" if defined $up;
    must('mount', '-t', 'overlay', '-o', $options, 'overlay', $tree);
  }
}

my $action = $one{action};
my @made;
if ($action eq 'run') {
  for my $folder (qw(proc dev run tmp)) {
    next if -d "$tree/$folder" || -l "$tree/$folder";
    mkdir "$tree/$folder" or fail("/$folder: $!");
    unshift @made, "$tree/$folder";
  }
}

my $child = fork // fail("fork: $!");
if (!$child) {
  if ($action eq 'host') { host() }
  else {
    enter();
    if ($action eq 'run') { run() }
    elsif ($action eq 'files') { apply() }
    elsif ($action eq 'read') { walk($many{argument}[0]) }
    elsif ($action eq 'tidy') { tidy() }
    else { fail("no action $action") }
  }
  exit 0;
}

my $code = 125;
my $most = $one{pids};
while (1) {
  my $ended = waitpid(-1, $most ? 1 : 0);
  if ($ended == $child) { $code = $? & 127 ? 128 + ($? & 127) : $? >> 8; last }
  if ($ended == -1) { last }
  if ($ended == 0) {
    opendir my $all, '/proc' or fail("/proc: $!");
    my $running = grep { /^\d+$/ } readdir $all;
    closedir $all;
    if ($running > $most) { print STDERR "sandbox: more than $most processes\n"; $code = 124; last }
    select undef, undef, undef, 0.02;
  }
}
# Whatever it left running.
kill 'KILL', -1;
1 while waitpid(-1, 0) > 0;
rmdir $_ for @made;
if ($space && !$code) {
  must('sh', '-c', 'set -e; tar -C "$1" --xattrs --xattrs-include="*" --acls --sparse --numeric-owner -c . |'
    . ' tar -C "$2" --xattrs --xattrs-include="*" --acls --numeric-owner -p -x', 'sh', "$space/upper", $changes);
}
exit $code;

# A command with the host's programs. It has a root of its own: a link in the tree leads it nowhere else.
sub host {
  syscall($call->{unshare}, 0x20000) == 0 or fail("unshare: $!");
  must('mount', '--make-rprivate', '/');
  my $root = $one{root};
  must('mount', '-t', 'tmpfs', '-o', 'mode=0755,nosuid,nodev,size=512m', 'tmpfs', $root);
  mkdir "$root/$_" for qw(etc proc sys dev run tmp root var var/tmp var/lib var/lib/dpkg);
  chmod 01777, "$root/tmp", "$root/var/tmp";
  for my $part (@PROGRAMS) {
    if (-l "/$part") { symlink readlink("/$part"), "$root/$part" }
    elsif (-d "/$part") { show("/$part", $root, 1) }
  }
  symlink '/proc/mounts', "$root/etc/mtab";
  -e $_ && show($_, $root, 1) for @SETTINGS, @{$many{see} // []};
  show($_, $root, 0) for @{$many{write} // []};
  show($tree, $root, 0);
  must('mount', '-t', 'proc', '-o', 'nosuid,nodev,noexec', 'proc', "$root/proc");
  devices("$root/dev");
  my @inside = map { [$_->[0], "$tree$_->[1]"] } @{$many{inside} // []};
  show($_->[0], $root, 0) for @inside;
  become($root);
  for (@inside) {
    must('mkdir', '-p', $_->[1]);
    bind_mount(@$_);
  }
  delete $ENV{$_} for grep { !/^(PATH|LANG|LC_ALL|https?_proxy|no_proxy)$/ } keys %ENV;
  $ENV{HEDDLE_TREE} = $tree;
  $ENV{HOME} = '/root';
  environment();
  my $command = fork // fail("fork: $!");
  if (!$command) {
    # What others have put into the tree may be run: rpm does so with packages' scripts.
    keep() if @{$many{lower} // []};
    exec {$many{argument}[0]} @{$many{argument}} or fail("$many{argument}[0]: $!");
  }
  waitpid $command, 0;
  my $status = $?;
  for (@inside) {
    must('umount', $_->[1]);
    rmdir $_->[1];
  }
  exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
}

# Lets something of the host lie at its own place in a new root.
sub show {
  my ($path, $root, $only_read) = @_;
  my $to = "$root$path";
  if (-d $path) { must('mkdir', '-p', $to) }
  else {
    (my $parent = $to) =~ s{/[^/]*$}{};
    must('mkdir', '-p', $parent);
    open my $file, '>', $to or fail("$to: $!");
    close $file;
  }
  must('mount', $path eq $tree ? '--bind' : '--rbind', $path, $to);
  return if !$only_read;
  # RDONLY and NOSUID, for all that is mounted below it, too.
  my $attributes = pack 'Q4', 3, 0, 0, 0;
  syscall($call->{mount_setattr}, -100, $to, 0x8000, $attributes, 32) == 0 or fail("mount_setattr $to: $!");
}

# Makes a folder the only file system that there is.
sub become {
  my $root = shift;
  chdir $root or fail("$root: $!");
  # Old and new root in one place, the old one on top: taken away with the next call.
  my $here = '.';
  syscall($call->{pivot_root}, $here, my $also = '.') == 0 or fail("pivot_root: $!");
  syscall($call->{umount2}, $here, 2) == 0 or fail("umount of the host: $!");
  chdir '/' or fail("/: $!");
}

# chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, sys_chroot, audit_write,
# setfcap: no other capability is had again.
sub keep {
  my %kept = map { $_ => 1 } 0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 29, 31;
  for my $capability (0 .. 63) {
    next if $kept{$capability};
    last if syscall($call->{prctl}, 24, $capability, 0, 0, 0) != 0;
  }
  syscall($call->{prctl}, 38, 1, 0, 0, 0) == 0 or fail("no_new_privs: $!");
}

sub environment {
  for (@{$many{set} // []}) { my ($name, $value) = split /=/, $_, 2; $ENV{$name} = $value }
}

# Goes into the tree.
sub enter {
  syscall($call->{unshare}, 0x20000) == 0 or fail("unshare: $!");
  must('mount', '--make-rprivate', '/');
  bind_mount($tree, $tree) if !@lower && !defined $changes;
  if ($action eq 'run') { furnish() }
  become($tree);
}

sub furnish {
  my ($proc, $dev) = ("$tree/proc", "$tree/dev");
  must('mount', '-t', 'proc', '-o', 'nosuid,nodev,noexec', 'proc', $proc);
  for my $part (qw(sys irq bus fs sysrq-trigger)) {
    next unless -e "$proc/$part";
    bind_mount("$proc/$part", "$proc/$part");
    must('mount', '-o', 'remount,bind,ro,nosuid,nodev,noexec', "$proc/$part");
  }
  for my $part (qw(kcore keys timer_list kallsyms kpagecount kpageflags)) {
    bind_mount('/dev/null', "$proc/$part") if -e "$proc/$part";
  }
  devices($dev);
  # A tree whose /run or /tmp is a link gets none of these: what is mounted must lie in the tree.
  must('mount', '-t', 'tmpfs', '-o', 'mode=0755,nosuid,nodev,size=256m', 'tmpfs', "$tree/run") unless -l "$tree/run";
  must('mount', '-t', 'tmpfs', '-o', 'mode=1777,nosuid,nodev,size=512m', 'tmpfs', "$tree/tmp") unless -l "$tree/tmp";
  for (@{$many{mount} // []}) {
    my ($from, $to) = @$_;
    fail("/run of the tree is a link") if -l "$tree/run";
    must('mkdir', '-p', "$tree$to");
    bind_mount($from, "$tree$to");
    must('mount', '-o', 'remount,bind,ro,nosuid,nodev', "$tree$to");
  }
}

sub devices {
  my $dev = shift;
  must('mount', '-t', 'tmpfs', '-o', 'mode=0755,nosuid,noexec,size=1m', 'tmpfs', $dev);
  for my $node (qw(null zero full random urandom tty)) {
    open my $file, '>', "$dev/$node" or fail("/dev/$node: $!");
    close $file;
    bind_mount("/dev/$node", "$dev/$node");
  }
  mkdir "$dev/pts"; mkdir "$dev/shm";
  must('mount', '-t', 'devpts', '-o', 'newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid,noexec', 'devpts', "$dev/pts");
  symlink 'pts/ptmx', "$dev/ptmx";
  must('mount', '-t', 'tmpfs', '-o', 'mode=1777,nosuid,nodev,size=64m', 'tmpfs', "$dev/shm");
  symlink '/proc/self/fd', "$dev/fd";
  symlink "/proc/self/fd/$_->[0]", "$dev/$_->[1]" for [0, 'stdin'], [1, 'stdout'], [2, 'stderr'];
}

sub run {
  keep();
  open STDIN, '<', '/dev/null' or fail("/dev/null: $!");
  %ENV = (PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME => '/root', LANG => 'C.UTF-8',
    DEBIAN_FRONTEND => 'noninteractive', DEBCONF_NONINTERACTIVE_SEEN => 'true', TERM => 'dumb');
  environment();
  umask 022;
  chdir '/root' or chdir '/';
  for my $script (@{$many{script} // []}) {
    my $one = fork // fail("fork: $!");
    if (!$one) { exec {$script->[0]} @$script or fail("$script->[0]: $!") }
    waitpid $one, 0;
    exit($? & 127 ? 128 + ($? & 127) : $? >> 8) if $?;
  }
  exit 0;
}

sub ids {
  my ($file, %ids) = @_;
  open my $lines, '<', $file or return %ids;
  while (<$lines>) { my @field = split /:/; $ids{$field[0]} //= $field[2] if defined $field[2] && $field[2] =~ /^\d+$/ }
  %ids;
}

sub number_of {
  my ($name, $ids, $file) = @_;
  return $name if $name =~ /^\d+$/;
  $ids->{$name} // fail("'$name' is not in $file of the image; add it first, or write its number");
}

sub parents {
  my $path = shift;
  my $so_far = '';
  my @parts = grep { length } split m{/}, $path;
  pop @parts;
  for (@parts) {
    $so_far .= "/$_";
    next if -d $so_far;
    mkdir $so_far, 0755 or fail("$so_far: $!");
    chown 0, 0, $so_far;
  }
}

sub apply {
  umask 0;
  binmode STDIN;
  my %users = ids('/etc/passwd', root => 0);
  my %groups = ids('/etc/group', root => 0);
  while (my $line = <STDIN>) {
    chomp $line;
    my ($type, $hex, $mode, $owner, $group, $size, $time) = split / /, $line;
    my $path = '/' . ($hex eq '-' ? '' : pack('H*', $hex));
    my ($uid, $gid) = (number_of($owner, \%users, '/etc/passwd'), number_of($group, \%groups, '/etc/group'));
    parents($path);
    if ($type eq 'D' || $type eq 'K') {
      next if -d $path && ($type eq 'K' || $path eq '/');
      -d $path || mkdir($path) or fail("$path: $!");
      chown $uid, $gid, $path or fail("$path: $!");
      chmod oct $mode, $path or fail("$path: $!");
      next;
    }
    fail("$path is a folder in the image; it cannot become a file") if -d $path && !-l $path;
    my $new = "$path.heddle-new";
    unlink $new;
    my $left = $size;
    my $file;
    my $target = '';
    if ($type eq 'F') { sysopen $file, $new, 0301, 0600 or fail("$new: $!"); binmode $file }
    while ($left) {
      my $got = read STDIN, my $bytes, $left > 1 << 20 ? 1 << 20 : $left or fail("$path: input ended");
      $left -= $got;
      if ($file) { print $file $bytes or fail("$path: $!") } else { $target .= $bytes }
    }
    if ($file) {
      close $file or fail("$path: $!");
      chown $uid, $gid, $new or fail("$path: $!");
      chmod oct $mode, $new or fail("$path: $!");
    } else {
      symlink $target, $new or fail("$path: $!");
      must_lchown($uid, $gid, $new);
    }
    rename $new, $path or fail("$path: $!");
  }
}

# Perl's chown follows links; those of root need none.
sub must_lchown {
  my ($uid, $gid, $path) = @_;
  fail("$path: links belong to root") if $uid || $gid;
}

sub walk {
  my $start = shift;
  binmode STDOUT;
  my $out = \*STDOUT;
  my $top = $start;
  lstat $top or fail("$start: not in the tree");
  # What is asked for may be a link; what lies below it is given as it is.
  if (-l $top) { stat $top or fail("$start: a link to nowhere"); $top = "$top/" if -d $top }
  emit($top, '', 1);
}

sub emit {
  my ($path, $name, $follow) = @_;
  my @status = $follow ? stat $path : lstat $path;
  return unless @status;
  my $mode = $status[2];
  my $head = sub { printf "%s %s %04o %d %d %d %d\n", $_[0], length $name ? unpack('H*', $name) : '-', $mode & 07777, @status[4, 5], $_[1], $status[9] };
  if (($mode & 0170000) == 0040000) {
    $head->('D', 0);
    opendir my $folder, $path or fail("$path: $!");
    my @names = sort grep { $_ ne '.' && $_ ne '..' } readdir $folder;
    closedir $folder;
    (my $base = $path) =~ s{/+$}{};
    emit("$base/$_", length $name ? "$name/$_" : $_, 0) for @names;
  } elsif (($mode & 0170000) == 0120000) {
    my $target = readlink $path;
    $head->('L', length $target);
    print $target;
  } elsif (($mode & 0170000) == 0100000) {
    open my $file, '<', $path or fail("$path: $!");
    binmode $file;
    $head->('F', $status[7]);
    my $left = $status[7];
    while ($left) {
      my $got = read $file, my $bytes, $left > 1 << 20 ? 1 << 20 : $left or fail("$path: ended early");
      $left -= $got;
      print $bytes;
    }
  }
  # Devices, sockets and pipes are made anew where they are needed.
}

# Gone: what the build needed, what it left in logs and caches, and what must differ between machines.
sub tidy {
  my @gone = (glob('/etc/ssh/ssh_host_*'), '/var/lib/systemd/random-seed', '/var/lib/systemd/credential.secret',
    '/etc/.pwd.lock', '/etc/passwd-', '/etc/group-', '/etc/shadow-', '/etc/gshadow-', '/etc/subuid-', '/etc/subgid-',
    '/usr/sbin/policy-rc.d', '/var/cache/ldconfig/aux-cache', glob('/var/lib/dpkg/*-old'), '/var/lib/dpkg/lock',
    '/var/lib/dpkg/lock-frontend', '/var/lib/dbus/machine-id', glob('/var/cache/debconf/*-old'),
    glob('/var/log/*.log'), glob('/var/log/apt/*'), '/var/log/lastlog', '/var/log/faillog',
    '/var/lib/rpm/.rpm.lock', glob('/var/log/dnf*'), glob('/var/cache/apt/*.bin'));
  for (@gone) { unlink $_ if -l $_ || -f $_ }
  my $dbus = -d '/var/lib/dbus' && !-l '/var/lib/dbus';
  symlink '/etc/machine-id', '/var/lib/dbus/machine-id' if $dbus;
  # Empty means: made on the first boot.
  if (-e '/etc/machine-id' || -d '/lib/systemd/system') {
    unlink '/etc/machine-id';
    if (open my $id, '>', '/etc/machine-id') { close $id; chmod 0444, '/etc/machine-id' }
  }
  exit 0;
}
