package org.heddle.images.recipe;

import java.util.List;

/** Which services start with the machine. */
public record Services(List<String> enable, List<String> disable, List<String> mask) {
  public static final Services NONE = new Services(List.of(), List.of(), List.of());

  public Services {
    enable = enable.stream().distinct().sorted().toList();
    disable = disable.stream().distinct().sorted().toList();
    mask = mask.stream().distinct().sorted().toList();
  }

  public boolean isEmpty() {
    return enable.isEmpty() && disable.isEmpty() && mask.isEmpty();
  }
}
