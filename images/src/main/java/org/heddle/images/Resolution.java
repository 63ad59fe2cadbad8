package org.heddle.images;

import java.util.List;

/**
 * What apt would do to install some packages.
 *
 * @param debs what is to be fetched
 * @param order what to do with dpkg, in apt's order
 */
record Resolution(List<Deb> debs, List<Operation> order) {
  /** One operation on one package, {@code name} or {@code name:architecture}. */
  sealed interface Operation {
    String name();
  }

  /** Unpack this version. */
  record Unpack(String name, String version) implements Operation {}

  /** Configure it. */
  record Configure(String name) implements Operation {}

  /** Take it away. */
  record Remove(String name) implements Operation {}
}
