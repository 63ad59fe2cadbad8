package org.heddle.planner;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.heddle.model.HostId;

/** Says why a vjob finds no room beside those that come before it: causes, counted over hosts. */
final class NoRoom {
  private final Floor floor;
  private final Packer packer;
  private final Assignment before;

  /** Why a host cannot take a machine. */
  private enum Cause {
    DRAINED("is drained", "are drained"),
    AVOIDED("is avoided, because it failed there", "are avoided, because it failed there"),
    MEMORY("lacks memory", "lack memory"),
    CORES("lacks cores", "lack cores"),
    DISK("lacks disk", "lack disk");

    private final String one;
    private final String many;

    Cause(String one, String many) {
      this.one = one;
      this.many = many;
    }

    String counted(int hosts) {
      return hosts + " " + (hosts == 1 ? one : many);
    }
  }

  /**
   * @param before the placement of all that come before
   */
  NoRoom(Floor floor, Packer packer, Assignment before) {
    this.floor = floor;
    this.packer = packer;
    this.before = before;
  }

  String words(List<Item> items) {
    List<Item> together = new ArrayList<>(before.items());
    together.addAll(items);
    Assignment partial = packer.keepFirst(before.extended(together, floor));
    int placed = 0;
    Item stray = items.getFirst();
    for (int i = together.size() - 1; i >= before.items().size(); i--) {
      if (partial.host(i) == Assignment.NOWHERE) {
        stray = together.get(i);
      } else {
        placed++;
      }
    }
    if (stray.slot.pinned().isPresent()) {
      return pinned(stray, stray.slot.pinned().get(), partial);
    }
    Map<Cause, Integer> causes = new EnumMap<>(Cause.class);
    for (int h = 0; h < floor.size(); h++) {
      causes.merge(cause(stray, h, partial), 1, Integer::sum);
    }
    String needs = needs(items, causes) + (placed == 0 ? "" : ", room for " + placed);
    return needs + ": " + counted(causes) + most(stray, causes, partial);
  }

  private String counted(Map<Cause, Integer> causes) {
    if (causes.isEmpty()) {
      return "no host is on line";
    }
    List<String> words = new ArrayList<>();
    causes.forEach((cause, hosts) -> words.add(cause.counted(hosts)));
    String all = floor.size() == 1 ? "of 1 host " : "of " + floor.size() + " hosts ";
    return all + String.join(", ", words);
  }

  private Cause cause(Item item, int host, Assignment partial) {
    if (floor.slot(host).drained()) {
      return Cause.DRAINED;
    }
    if (item.slot.banned().contains(floor.id(host)) && !(item.running && item.home == host)) {
      return Cause.AVOIDED;
    }
    long[] free = partial.free(host);
    if (item.demand[Floor.MEMORY] > free[Floor.MEMORY]) {
      return Cause.MEMORY;
    }
    return item.demand[Floor.CORES] > free[Floor.CORES] ? Cause.CORES : Cause.DISK;
  }

  private String pinned(Item item, HostId host, Assignment partial) {
    String start = item.id + " may run on " + host + " only, which ";
    int h = floor.indexOf(host);
    if (h < 0) {
      return start + "is not on line";
    }
    Cause cause = cause(item, h, partial);
    return start + cause.one + free(cause, h, partial, " (free: ", ")");
  }

  /** "3 x 512 MiB"; other resources only where they are the cause. */
  private static String needs(List<Item> items, Map<Cause, Integer> causes) {
    Map<String, Integer> forms = new TreeMap<>();
    List<String> order = new ArrayList<>();
    for (Item item : items) {
      String form = amount(Cause.MEMORY, item.demand);
      for (Cause cause : List.of(Cause.CORES, Cause.DISK)) {
        form += causes.containsKey(cause) ? " with " + amount(cause, item.demand) : "";
      }
      if (forms.merge(form, 1, Integer::sum) == 1) {
        order.add(form);
      }
    }
    List<String> words = new ArrayList<>();
    for (String form : order) {
      words.add(forms.get(form) + " x " + form);
    }
    return "needs " + String.join(" and ", words);
  }

  private static String amount(Cause cause, long[] of) {
    return switch (cause) {
      case CORES -> of[Floor.CORES] + (of[Floor.CORES] == 1 ? " core" : " cores");
      case DISK -> of[Floor.DISK] + " MiB of disk";
      case MEMORY, DRAINED, AVOIDED -> of[Floor.MEMORY] + " MiB";
    };
  }

  private static int dimension(Cause cause) {
    return switch (cause) {
      case CORES -> Floor.CORES;
      case DISK -> Floor.DISK;
      case MEMORY, DRAINED, AVOIDED -> Floor.MEMORY;
    };
  }

  /** " (most free: 256 MiB on host2)", of what most hosts lack. */
  private String most(Item stray, Map<Cause, Integer> causes, Assignment partial) {
    Cause main = null;
    for (Cause cause : List.of(Cause.MEMORY, Cause.CORES, Cause.DISK)) {
      int hosts = causes.getOrDefault(cause, 0);
      if (hosts > 0 && (main == null || hosts > causes.getOrDefault(main, 0))) {
        main = cause;
      }
    }
    if (main == null) {
      return "";
    }
    int best = -1;
    int d = dimension(main);
    for (int h = 0; h < floor.size(); h++) {
      boolean lacking = cause(stray, h, partial) == main;
      if (lacking && (best < 0 || partial.free(h)[d] > partial.free(best)[d])) {
        best = h;
      }
    }
    return free(main, best, partial, " (most free: ", " on " + floor.id(best) + ")");
  }

  private static String free(
      Cause cause, int host, Assignment partial, String before, String after) {
    return switch (cause) {
      case DRAINED, AVOIDED -> "";
      case MEMORY, CORES, DISK -> {
        long[] free = partial.free(host).clone();
        for (int d = 0; d < Floor.DIMENSIONS; d++) {
          free[d] = Math.max(0, free[d]);
        }
        yield before + amount(cause, free) + after;
      }
    };
  }
}
