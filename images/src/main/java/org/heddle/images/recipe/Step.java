package org.heddle.images.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** One stage of a build: what it is made of, complete, so that equal inputs mean equal stages. */
public sealed interface Step {
  /** base, groups, packages, files or scripts. */
  String kind();

  /** Whose it is: the class, or the recipe. */
  String owner();

  /** All that the result depends on beside the stage below and the package snapshot. */
  Map<String, Object> inputs();

  /** Whether packages are fetched, so that the snapshot counts. */
  default boolean usesPackages() {
    return false;
  }

  /** What the class gives. */
  record Base(ImageClass of, String architecture) implements Step {
    @Override
    public String kind() {
      return "base";
    }

    @Override
    public String owner() {
      return of.name();
    }

    @Override
    public boolean usesPackages() {
      return of.family() == ImageClass.Family.DEBIAN || of.family() == ImageClass.Family.RPM;
    }

    @Override
    public Map<String, Object> inputs() {
      List<String> sources = new ArrayList<>();
      for (ImageClass.Source source : of.sources()) {
        sources.add(
            source.origin()
                + " "
                + source.label()
                + " "
                + source.suite()
                + " "
                + source.components());
      }
      return Map.of(
          "family", of.family().name(),
          "suite", of.suite(),
          "sources", sources,
          "architecture", architecture,
          "packages", of.packages(),
          "exclude", of.exclude(),
          "include", of.include());
    }
  }

  /** Packages, or what groups stand for. */
  record Packages(String kind, String owner, List<String> names) implements Step {
    @Override
    public boolean usesPackages() {
      return true;
    }

    @Override
    public Map<String, Object> inputs() {
      return Map.of("packages", names);
    }
  }

  /**
   * Files, users and services.
   *
   * @param contents digest of what each entry brings, by its path
   * @param images the recipes that entries come from, by name
   */
  record Files(
      String owner,
      List<FileEntry> files,
      List<User> users,
      Services services,
      SortedMap<String, String> contents,
      SortedMap<String, Blueprint> images,
      Path folder)
      implements Step {
    @Override
    public String kind() {
      return "files";
    }

    @Override
    public Map<String, Object> inputs() {
      List<Object> entries = new ArrayList<>();
      for (FileEntry file : files) {
        entries.add(
            List.of(
                file.path(), file.owner(), file.mode(), contents.getOrDefault(file.path(), "")));
      }
      List<Object> people = new ArrayList<>();
      for (User user : users) {
        people.add(
            List.of(
                user.name(), user.uid(), user.keys(), user.groups(), user.shell(), user.home()));
      }
      SortedMap<String, Object> units = new TreeMap<>();
      units.put("enable", services.enable());
      units.put("disable", services.disable());
      units.put("mask", services.mask());
      return Map.of("files", entries, "users", people, "services", units);
    }
  }

  /** Commands in the tree. */
  record Scripts(String owner, List<Script> scripts) implements Step {
    @Override
    public String kind() {
      return "scripts";
    }

    @Override
    public Map<String, Object> inputs() {
      List<Object> texts = new ArrayList<>();
      for (Script script : scripts) {
        texts.add(List.of(script.shell(), script.run()));
      }
      return Map.of("scripts", texts);
    }
  }
}
