package org.heddle.dist.plan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InvalidInstance;
import org.heddle.planner.instance.Schedule;
import org.heddle.planner.instance.TimedAction;
import org.heddle.planner.instance.TimedAction.Kind;
import org.heddle.planner.instance.Violation;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads plans: Heddle's, by names, and BtrPlace's, by numbers; plain or gzip. */
final class PlanFile {
  private static final JsonFactory JSON = new JsonFactory();

  private final LoadedInstance loaded;
  private final JsonInput in;
  private final List<Numbered> actions = new ArrayList<>();
  private final BtrPlaceActions btrPlace;
  private boolean found;

  /**
   * A plan from a file.
   *
   * @param instance that it is for, with what the plan allocates to machines
   * @param violations what the file says besides the actions and that is not right
   */
  record Read(Instance instance, Schedule schedule, List<Violation> violations) {}

  /** An action of Heddle's form, with its own number. */
  private record Numbered(int id, TimedAction action) {}

  private PlanFile(LoadedInstance loaded, JsonInput in) {
    this.loaded = loaded;
    this.in = in;
    this.btrPlace = new BtrPlaceActions(loaded, in);
  }

  /**
   * @throws InvalidInstance with place and remedy
   */
  static Read read(Path file, LoadedInstance loaded) throws IOException {
    try (InputStream stream = InstanceFile.open(file);
        JsonParser parser = JSON.createParser(ObjectReadContext.empty(), stream)) {
      JsonInput in = new JsonInput(parser, String.valueOf(file.getFileName()));
      in.next();
      Read read = new PlanFile(loaded, in).read();
      in.end();
      return read;
    } catch (JacksonException broken) {
      throw JsonInput.broken(file.toString(), broken);
    }
  }

  private Read read() {
    in.object(key -> {
      if (key.equals("actions")) {
        found = true;
        in.array(this::action);
      } else {
        in.skip();
      }
    });
    if (!found) {
      throw in.wrong(
          "there are no \"actions\"", "give a plan of heddle plan solve -o json, or of BtrPlace");
    }
    List<Numbered> all = new ArrayList<>(actions);
    btrPlace.actions().forEach(action -> all.add(new Numbered(all.size() + 1, action)));
    all.sort(
        Comparator.comparingLong((Numbered each) -> each.action.startMs())
            .thenComparingLong(each -> each.action.endMs())
            .thenComparingInt(Numbered::id));
    return new Read(btrPlace.instance(), schedule(all), btrPlace.violations());
  }

  /** Numbers become positions. */
  private Schedule schedule(List<Numbered> all) {
    Map<Integer, Integer> positions = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      if (positions.put(all.get(i).id, i) != null) {
        throw in.wrong("two actions have the id " + all.get(i).id, "give each its own");
      }
    }
    List<TimedAction> ordered = new ArrayList<>();
    for (Numbered each : all) {
      TimedAction a = each.action;
      int[] waits =
          a.waitsFor().stream()
              .map(id -> positions.getOrDefault(id, Integer.MAX_VALUE - 1))
              .toArray();
      ordered.add(
          new TimedAction(
              a.kind(), a.machine(), a.from(), a.to(), a.startMs(), a.endMs(), Indices.of(waits)));
    }
    return new Schedule(ordered);
  }

  /** Fields of both forms. */
  private void action() {
    ActionFields fields = new ActionFields();
    in.object(key -> fields.read(key, in));
    if (fields.btrPlaceId.isEmpty()) {
      actions.add(heddle(fields));
    } else {
      btrPlace.add(fields);
    }
  }

  private Numbered heddle(ActionFields fields) {
    Kind kind = null;
    for (Kind each : Kind.values()) {
      kind = Words.of(each).equals(fields.action) ? each : kind;
    }
    if (kind == null) {
      throw in.wrong("'" + fields.action + "' is no action", "use migrate, boot, shutdown ...");
    }
    int machine = fields.machine.isEmpty() ? -1 : loaded.instance().machineNamed(fields.machine);
    if (machine < 0 && !fields.machine.isEmpty()) {
      throw in.wrong(
          "the instance has no machine '" + fields.machine + "'",
          "check it against its own instance");
    }
    return new Numbered(
        fields.number,
        new TimedAction(
            kind,
            machine,
            host(fields.fromName),
            host(fields.toName),
            fields.startMs,
            fields.endMs,
            Indices.of(fields.waitsFor)));
  }

  private int host(String name) {
    int host = name.isEmpty() ? -1 : loaded.instance().hostNamed(name);
    if (host < 0 && !name.isEmpty()) {
      throw in.wrong(
          "the instance has no host '" + name + "'", "check it against its own instance");
    }
    return host;
  }
}
