package org.heddle.controller;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.RecipeText;
import org.heddle.api.Json;

/**
 * A request for an image as the old OS Farm took it, in one URL: {@code name, class, arch,
 * filetype, group, package, download, sync}. Group and package may be repeated; {@code download=on}
 * gives the image itself, {@code sync=on} waits until it is there.
 */
record OldForm(Map<String, List<String>> parameters) {
  private static final List<String> KNOWN =
      List.of("name", "class", "arch", "filetype", "group", "package", "download", "sync");

  static OldForm of(Map<String, List<String>> parameters) {
    for (String name : parameters.keySet()) {
      if (!KNOWN.contains(name)) {
        throw Refused.of(
            "invalid",
            name,
            "there is no parameter '" + name + "': use " + String.join(", ", KNOWN));
      }
    }
    return new OldForm(parameters);
  }

  private String one(String name) {
    List<String> values = parameters.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw Refused.of("invalid", name, "give " + name + " once");
    }
    return values.isEmpty() ? "" : values.getFirst().strip();
  }

  private List<String> some(String name) {
    return parameters.getOrDefault(name, List.of()).stream()
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  private boolean on(String name) {
    return switch (one(name)) {
      case "on", "true", "1", "yes" -> true;
      case "", "off", "false", "0", "no" -> false;
      default -> throw Refused.of("invalid", name, "write " + name + "=on or leave it out");
    };
  }

  boolean downloads() {
    return on("download");
  }

  /** What is downloaded has to be there first. */
  boolean waits() {
    boolean synchronous = on("sync");
    return downloads() || synchronous;
  }

  /**
   * The recipe that it means.
   *
   * @param classes that the farm knows, such as {@code debian/bookworm}
   */
  BuildRequest request(List<String> classes) {
    Map<String, Object> recipe = new LinkedHashMap<>();
    recipe.put("name", name());
    recipe.put("from", from(classes));
    if (!one("arch").isEmpty()) {
      recipe.put("architecture", one("arch").equals("x86_64") ? "amd64" : one("arch"));
    }
    List<String> groups = some("group");
    if (!groups.isEmpty()) {
      recipe.put("groups", groups);
    }
    List<String> packages = some("package");
    if (!packages.isEmpty()) {
      recipe.put("packages", packages);
    }
    recipe.put("format", format());
    // JSON is YAML; a line for each key, for messages.
    StringBuilder text = new StringBuilder();
    recipe.forEach(
        (key, value) -> text.append(key).append(": ").append(Json.write(value)).append('\n'));
    return new BuildRequest(
        Optional.empty(),
        Optional.of(new RecipeText("create", text.toString(), List.of())),
        Optional.empty(),
        Optional.empty(),
        false,
        false);
  }

  private String from(List<String> classes) {
    String wanted = one("class");
    if (wanted.isEmpty()) {
      throw Refused.of("invalid", "class", "is missing: write class=bookworm");
    }
    if (classes.contains(wanted)) {
      return wanted;
    }
    List<String> fitting = classes.stream().filter(name -> name.endsWith("/" + wanted)).toList();
    return fitting.size() == 1 ? fitting.getFirst() : wanted;
  }

  /** Without a name, equal requests have the same. */
  private String name() {
    String name = one("name");
    if (!name.isEmpty()) {
      return name;
    }
    List<String> parts = new ArrayList<>();
    for (String key : List.of("class", "arch", "group", "package")) {
      parts.add(key + some(key).stream().distinct().sorted().toList());
    }
    byte[] bytes = parts.toString().getBytes(StandardCharsets.UTF_8);
    return "image-" + UUID.nameUUIDFromBytes(bytes).toString().substring(0, 8);
  }

  private String format() {
    String type = one("filetype");
    String word = type.startsWith(".") ? type.substring(1) : type;
    return switch (word) {
      case "" -> "tar";
      case "img" -> "raw";
      case "tgz" -> "tar.gz";
      default -> word;
    };
  }
}
