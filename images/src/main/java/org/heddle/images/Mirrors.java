package org.heddle.images;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.images.recipe.ImageClass;
import org.heddle.images.recipe.ImageClass.Source;

/** Where a class's packages come from on this machine. Nothing here knows the name of a mirror. */
final class Mirrors {
  private final Map<String, String> variables;

  Mirrors(Map<String, String> variables) {
    this.variables = variables;
  }

  /** A source with its address. */
  record Located(Source source, String address) {}

  /**
   * The sources of a class that have an address.
   *
   * @throws FarmException with what to set, when one that is needed has none
   */
  List<Located> of(ImageClass of) throws IOException, InterruptedException, FarmException {
    List<Located> located = new ArrayList<>();
    for (Source source : of.sources()) {
      Optional<String> address = address(source);
      if (address.isPresent()) {
        located.add(new Located(source, address.get()));
      } else if (!source.optional()) {
        throw FarmException.invalid(
            "no mirror of "
                + source.label()
                + " for "
                + of.name()
                + " in this machine's apt: set "
                + (source.variable().isEmpty() ? "an address in its class" : source.variable())
                + " to the address of one");
      }
    }
    return located;
  }

  private Optional<String> address(Source source)
      throws IOException, InterruptedException, FarmException {
    String set = source.variable().isEmpty() ? "" : variables.getOrDefault(source.variable(), "");
    if (!set.isEmpty()) {
      return Optional.of(trimmed(set));
    }
    if (!source.address().isEmpty()) {
      return Optional.of(trimmed(source.address()));
    }
    if (source.origin().isEmpty()) {
      return Optional.empty();
    }
    Command ask =
        Command.of(
            "apt-get",
            "indextargets",
            "--format",
            "$(ORIGIN)|$(LABEL)|$(REPO_URI)",
            "Created-By: Packages");
    for (String line : ask.output(OutputStream.nullOutputStream()).lines().toList()) {
      String[] parts = line.split("\\|", 3);
      if (parts.length == 3
          && parts[0].equals(source.origin())
          && parts[1].equals(source.label())) {
        return Optional.of(trimmed(parts[2]));
      }
    }
    return Optional.empty();
  }

  private static String trimmed(String address) {
    return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
  }
}
