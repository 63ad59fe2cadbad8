package org.heddle.dist.box;

/**
 * What a grid in a box is to look like.
 *
 * @param sites 1 to 8
 * @param hostsPerSite 1 to 32
 * @param hostCores cores that each host offers; more than the machine has is allowed
 * @param hostMemoryMiB memory that each host offers to its machines
 * @param hostDiskMiB disk that each host offers to its machines
 * @param leaseSeconds after which a silent host counts as lost
 * @param hostMbit rate of the link between a host and its site, Mbit/s
 * @param siteMbit rate of the link between two sites, Mbit/s
 */
public record BoxSpec(
    int sites,
    int hostsPerSite,
    int hostCores,
    long hostMemoryMiB,
    long hostDiskMiB,
    int leaseSeconds,
    int hostMbit,
    int siteMbit) {
  /** Two sites with two hosts each, 1 Gbit/s inside a site, 200 Mbit/s between them. */
  public static final BoxSpec DEFAULT = new BoxSpec(2, 2, 4, 512, 8192, 30, 1000, 200);

  public BoxSpec {
    within("sites", sites, 1, Box.MAX_SITES);
    within("hosts per site", hostsPerSite, 1, Box.MAX_HOSTS_PER_SITE);
    within("cores of a host", hostCores, 1, 1024);
    within("memory of a host in MiB", hostMemoryMiB, 64, 1 << 24);
    within("disk of a host in MiB", hostDiskMiB, 64, 1 << 30);
    within("lease in seconds", leaseSeconds, 2, 3600);
    within("rate to a host in Mbit/s", hostMbit, 1, 100_000);
    within("rate between sites in Mbit/s", siteMbit, 1, 100_000);
  }

  private static void within(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + ": " + value + " is not between " + least + " and " + most);
    }
  }
}
