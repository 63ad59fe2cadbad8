package org.heddle.images.recipe;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a recipe starts from: a file, no code.
 *
 * @param sources where packages come from
 * @param keyring file of the keys that the sources are signed with; "" for none
 * @param packages what the base has beside what its family always has
 * @param exclude paths that packages do not get installed, as dpkg's path-exclude has them
 * @param include exceptions from that
 * @param groups names for several packages
 * @param kernel recipe whose tree has kernel and initrd
 * @param sizeMiB default size of disks
 */
public record ImageClass(
    String name,
    Family family,
    String suite,
    List<Source> sources,
    String keyring,
    List<String> architectures,
    List<String> packages,
    List<String> exclude,
    List<String> include,
    SortedMap<String, List<String>> groups,
    Optional<String> kernel,
    String kernelArguments,
    long sizeMiB) {
  public ImageClass {
    sources = List.copyOf(sources);
    architectures = List.copyOf(architectures);
    packages = packages.stream().distinct().sorted().toList();
    exclude = List.copyOf(exclude);
    include = List.copyOf(include);
    groups = new TreeMap<>(groups);
  }

  /** How its trees are made. */
  public enum Family {
    /** Packages of Debian's kind, installed by mmdebstrap and dpkg. */
    DEBIAN,
    /** The same packages, only unpacked: no dependencies, no configuration. For parts and tools. */
    UNPACKED,
    /** Packages of Red Hat's kind, installed by dnf. */
    RPM,
    /** Nothing at first. */
    SCRATCH
  }

  /**
   * A package source. Its address is what the variable of the environment says, else {@code
   * address}, else what this machine's apt has for origin and label.
   *
   * @param suite of Debian's kind; for dnf the repository's name
   * @param optional left out where it has no address
   */
  public record Source(
      String origin,
      String label,
      String suite,
      String components,
      String variable,
      String address,
      boolean optional) {}
}
