#!/usr/bin/perl
# relay.pl SOCKET: joins standard input and output with a unix socket, until both directions have ended.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;

my $socket = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$ARGV[0]: $!\n";
my $ready = IO::Select->new(\*STDIN, $socket);
$| = 1;
while (my @from = $ready->can_read) {
  for my $one (@from) {
    my $got = sysread $one, my $bytes, 65536;
    if (!$got) {
      # The answer is complete: the other side has nothing more to ask for.
      exit 0 if $one == $socket;
      $ready->remove($one);
      shutdown $socket, 1;
      next;
    }
    my $to = $one == $socket ? \*STDOUT : $socket;
    while (length $bytes) {
      my $put = syswrite $to, $bytes or exit 1;
      substr $bytes, 0, $put, '';
    }
  }
}
