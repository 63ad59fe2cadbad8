package org.heddle.images;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.heddle.images.recipe.ImageClass;

/**
 * The commands that do with dpkg what apt has planned, in its order: neighbours of one kind are
 * done together. No service starts meanwhile (policy-rc.d, see invoke-rc.d(8)).
 */
final class DpkgScript {
  private DpkgScript() {}

  static String of(ImageClass of, Resolution resolution, String done) {
    Map<String, Deb> byName = new HashMap<>();
    resolution.debs().forEach(deb -> byName.put(deb.name(), deb));
    StringBuilder script = new StringBuilder(BEFORE);
    script.append(
        "dpkg=\"dpkg --force-unsafe-io --force-confdef --force-confold --auto-deconfigure");
    of.exclude().forEach(path -> script.append(" --path-exclude=" + StageMaker.quoted(path)));
    of.include().forEach(path -> script.append(" --path-include=" + StageMaker.quoted(path)));
    script.append("\"\n");
    List<Resolution.Operation> group = new ArrayList<>();
    int count = 0;
    for (Resolution.Operation operation : resolution.order()) {
      boolean other = !group.isEmpty() && !group.getFirst().getClass().equals(operation.getClass());
      if (other || group.size() >= StageMaker.batch()) {
        script.append(command(group, byName));
        script
            .append("echo '")
            .append(done)
            .append(count)
            .append(' ')
            .append(resolution.order().size())
            .append("'\n");
        group.clear();
      }
      group.add(operation);
      count++;
    }
    script.append(command(group, byName));
    return script.append(AFTER).toString();
  }

  private static String command(List<Resolution.Operation> group, Map<String, Deb> byName) {
    StringBuilder words = new StringBuilder();
    String verb = "";
    for (Resolution.Operation operation : group) {
      switch (operation) {
        case Resolution.Unpack(String name, _) -> {
          verb = "--unpack";
          String plain = name.contains(":") ? name.substring(0, name.indexOf(':')) : name;
          Deb deb = byName.get(plain);
          words
              .append(" /run/heddle/")
              .append(deb == null ? plain : StageMaker.quoted(deb.cached()));
        }
        case Resolution.Configure(String name) -> {
          verb = "--configure";
          words.append(' ').append(name);
        }
        case Resolution.Remove(String name) -> {
          verb = "--remove";
          words.append(' ').append(name);
        }
      }
    }
    return group.isEmpty() ? "" : "eval $dpkg " + verb + words + "\n";
  }

  private static final String BEFORE =
      """
      set -e
      kept=
      if [ -e /usr/sbin/policy-rc.d ]; then
        mv /usr/sbin/policy-rc.d /run/policy-rc.d
        kept=yes
      fi
      printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
      chmod 0755 /usr/sbin/policy-rc.d
      """;

  private static final String AFTER =
      """
      eval $dpkg --configure --pending
      rm -f /usr/sbin/policy-rc.d
      if [ "$kept" ]; then mv /run/policy-rc.d /usr/sbin/policy-rc.d; fi
      """;
}
