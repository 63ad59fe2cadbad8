package org.heddle.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.heddle.model.Constraints;
import org.heddle.model.MachineGroup;
import org.heddle.model.MachineKind;
import org.heddle.model.Names;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads one document of a vjob file: which keys there are and what may stand in them. */
final class VjobForm {
  static final String NAME = "name";
  static final String CONSTRAINTS = "constraints";
  static final Set<String> KEYS = keys(NAME, "priority", "owner", "run", "machines", CONSTRAINTS);
  static final Set<String> REQUIRED = keys(NAME, "machines");
  static final Set<String> MACHINE_KEYS =
      keys(NAME, "count", "image", "cores", "memory", "disk", "kind", "start");
  static final Set<String> MACHINE_REQUIRED = keys(NAME, "image", "memory");

  static final int MOST_CORES = 1024;

  /** No Linux guest boots in less. */
  static final long LEAST_MEMORY_MIB = 32;

  private static final long MOST_MIB = 1L << 30;
  private static final Pattern IMAGE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
  private static final Pattern OWNER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,62}");
  private static final String NAME_REMEDY =
      "write 1 to 40 lower-case letters, digits and '-', not '-' at an end";

  private VjobForm() {}

  private static Set<String> keys(String... keys) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(keys)));
  }

  /** The vjob, if nothing was wrong with it; what was is in the report. */
  static Optional<VjobSpec> read(YamlFields.Report report, Node node, String user) {
    int before = report.problems.size();
    Optional<YamlFields> top = YamlFields.of(report, "", node, KEYS);
    if (top.isEmpty()) {
      return Optional.empty();
    }
    YamlFields fields = top.get();
    Optional<String> name = name(fields);
    int priority = fields.number("priority", 0, -VjobSpec.MAX_PRIORITY, VjobSpec.MAX_PRIORITY);
    String owner = matching(fields, "owner", OWNER, "write a user's name").orElse(user);
    Optional<String> run = fields.text("run", "write a shell command, or leave the key out");
    List<MachineGroup> groups = groups(report, fields);
    boolean good = report.problems.size() == before;
    Constraints constraints = ConstraintFields.read(report, fields, groups, good);
    if (report.problems.size() > before) {
      return Optional.empty();
    }
    return name.map(
        text -> new VjobSpec(new VjobId(text), priority, owner, groups, run, constraints));
  }

  private static Optional<String> name(YamlFields fields) {
    Optional<String> name = fields.required(NAME, NAME_REMEDY);
    if (name.isPresent() && !Names.valid(name.get())) {
      fields.problem(NAME, "'" + name.get() + "': " + NAME_REMEDY);
      return Optional.empty();
    }
    return name;
  }

  private static List<MachineGroup> groups(YamlFields.Report report, YamlFields fields) {
    List<MachineGroup> groups = new ArrayList<>();
    report.recipes.clear();
    Map<String, String> taken = new LinkedHashMap<>();
    List<Node> nodes = fields.list("machines", "write a list with at least one group of machines");
    for (int i = 0; i < nodes.size(); i++) {
      String path = "machines[" + i + "]";
      int place = i;
      YamlFields.of(report, path, nodes.get(i), MACHINE_KEYS)
          .flatMap(group -> {
            ImageRecipe.of(group).ifPresent(recipe -> report.recipes.put(place, recipe));
            return group(group, taken, path);
          })
          .ifPresent(groups::add);
    }
    return groups;
  }

  private static Optional<MachineGroup> group(
      YamlFields fields, Map<String, String> taken, String path) {
    Optional<String> name = name(fields);
    int count = fields.number("count", 1, 1, MachineGroup.MAX_COUNT);
    Optional<String> image = image(fields);
    int cores = fields.number("cores", 1, 1, MOST_CORES);
    OptionalLong memory = memory(fields);
    OptionalLong disk = disk(fields);
    MachineKind kind = kind(fields);
    Optional<String> start = fields.text("start", "write a shell command, or leave the key out");
    if (name.isEmpty() || !unique(fields, name.get(), count, taken, path)) {
      return Optional.empty();
    }
    if (image.isEmpty() || memory.isEmpty() || disk.isEmpty()) {
      return Optional.empty();
    }
    Resources demand = new Resources(cores, memory.getAsLong(), disk.getAsLong());
    return Optional.of(new MachineGroup(name.get(), count, image.get(), demand, kind, start));
  }

  private static boolean unique(
      YamlFields fields, String name, int count, Map<String, String> taken, String path) {
    for (int i = 1; i <= count; i++) {
      String machine = count == 1 ? name : name + i;
      if (!Names.valid(machine)) {
        fields.problem(NAME, "'" + machine + "' would be too long a name; use a shorter one");
        return false;
      }
      String other = taken.putIfAbsent(machine, path);
      if (other != null) {
        String remedy = "' would be named by " + other + " too; give the group another name";
        fields.problem(NAME, "machine '" + machine + remedy);
        return false;
      }
    }
    return true;
  }

  private static Optional<String> image(YamlFields fields) {
    String remedy = "write the name of an image, such as debian";
    if (!fields.has("image")) {
      fields.problem("image", "is missing: " + remedy);
      return Optional.empty();
    }
    Optional<ImageRecipe> recipe = ImageRecipe.of(fields);
    if (recipe.isPresent()) {
      return Optional.of(recipe.get().label());
    }
    return matching(fields, "image", IMAGE, remedy);
  }

  private static Optional<String> matching(
      YamlFields fields, String key, Pattern form, String remedy) {
    Optional<String> text = fields.text(key, remedy);
    if (text.isPresent() && !form.matcher(text.get()).matches()) {
      fields.problem(key, "'" + text.get() + "': " + remedy);
      return Optional.empty();
    }
    return text;
  }

  private static OptionalLong memory(YamlFields fields) {
    Optional<String> text = fields.required("memory", Sizes.REMEDY);
    return text.isEmpty()
        ? OptionalLong.empty()
        : size(fields, "memory", text.get(), LEAST_MEMORY_MIB);
  }

  private static OptionalLong disk(YamlFields fields) {
    if (!fields.has("disk")) {
      return OptionalLong.of(0);
    }
    Optional<String> text = fields.text("disk", Sizes.REMEDY + ", or 0 for none");
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    return text.get().equals("0") ? OptionalLong.of(0) : size(fields, "disk", text.get(), 0);
  }

  private static OptionalLong size(YamlFields fields, String key, String text, long least) {
    OptionalLong mib = Sizes.mib(text);
    if (mib.isEmpty()) {
      fields.problem(key, "'" + text + "': " + Sizes.REMEDY);
      return mib;
    }
    if (mib.getAsLong() < least || mib.getAsLong() > MOST_MIB) {
      String bounds = Sizes.write(least) + " to " + Sizes.write(MOST_MIB);
      fields.problem(key, "'" + text + "' is impossible: write a size from " + bounds);
      return OptionalLong.empty();
    }
    return mib;
  }

  private static MachineKind kind(YamlFields fields) {
    String remedy = "write vm or container";
    Optional<String> text = fields.text("kind", remedy);
    for (MachineKind kind : MachineKind.values()) {
      if (text.isPresent() && text.get().equals(kind.name().toLowerCase(Locale.ROOT))) {
        return kind;
      }
    }
    text.ifPresent(wrong -> fields.problem("kind", "'" + wrong + "': " + remedy));
    return MachineKind.VM;
  }
}
