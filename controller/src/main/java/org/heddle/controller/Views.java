package org.heddle.controller;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.heddle.api.AgentApi.ContentUse;
import org.heddle.api.GridApi.ConstraintView;
import org.heddle.api.GridApi.ContentView;
import org.heddle.api.GridApi.GridStatus;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.PlanView;
import org.heddle.api.GridApi.StepView;
import org.heddle.api.GridApi.SwitchAction;
import org.heddle.api.GridApi.SwitchView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.engine.Engine;
import org.heddle.engine.GridState;
import org.heddle.engine.GridState.ActionRecord;
import org.heddle.engine.GridState.HostRecord;
import org.heddle.engine.GridState.MachineRecord;
import org.heddle.engine.GridState.SwitchRecord;
import org.heddle.engine.GridState.VjobRecord;
import org.heddle.model.Action;
import org.heddle.model.HostId;
import org.heddle.model.MachineId;
import org.heddle.model.MachineState;
import org.heddle.model.Plan;
import org.heddle.model.Resources;
import org.heddle.model.VjobId;
import org.heddle.model.VjobSpec;
import org.heddle.model.VjobState;
import org.heddle.planner.Answer;

/** One state of the grid as the API shows it. Pure. */
final class Views {
  private final GridState state;
  private final SortedMap<MachineId, VjobSpec.Member> members = new TreeMap<>();

  Views(GridState state) {
    this.state = state;
    for (VjobRecord vjob : state.vjobs().values()) {
      vjob.spec().members().forEach(member -> members.put(member.id(), member));
    }
  }

  GridStatus status(String version, long startedMs, SortedMap<HostId, ContentUse> content) {
    SortedMap<String, Integer> vjobs = new TreeMap<>();
    state.vjobs().values().forEach(vjob -> vjobs.merge(word(vjob.state()), 1, Integer::sum));
    List<HostRecord> online = state.hosts().values().stream().filter(HostRecord::online).toList();
    Resources capacity =
        online.stream().map(it -> it.host().capacity()).reduce(Resources.NONE, Resources::plus);
    Resources used =
        online.stream().map(it -> used(it.host().id())).reduce(Resources.NONE, Resources::plus);
    return new GridStatus(
        version,
        settled(),
        state.hosts().size(),
        online.size(),
        vjobs,
        capacity,
        used,
        state.current().map(Views::switchView),
        content(content),
        startedMs);
  }

  private static ContentView content(SortedMap<HostId, ContentUse> hosts) {
    long whole = 0;
    long sent = 0;
    long stored = 0;
    List<String> repositories = new ArrayList<>();
    SortedMap<String, String> trouble = new TreeMap<>();
    for (Map.Entry<HostId, ContentUse> host : hosts.entrySet()) {
      ContentUse use = host.getValue();
      whole += use.wholeBytes();
      sent += use.sentBytes();
      stored += use.storedBytes();
      if (use.repository()) {
        repositories.add(host.getKey().value());
      }
      if (!use.trouble().isEmpty()) {
        trouble.put(host.getKey().value(), use.trouble());
      }
    }
    int saved = whole == 0 ? 0 : (int) Math.floorDiv(100 * (whole - sent), whole);
    return new ContentView(whole, sent, saved, stored, repositories, trouble);
  }

  /** Nothing is under way or about to be. */
  private boolean settled() {
    return state.current().isEmpty()
        && state.operations().isEmpty()
        && state.counters().planning().pending().isEmpty();
  }

  List<VjobView> vjobs() {
    return state.vjobs().values().stream().map(this::vjob).toList();
  }

  Optional<VjobView> vjob(VjobId id) {
    return Optional.ofNullable(state.vjobs().get(id)).map(this::vjob);
  }

  private VjobView vjob(VjobRecord vjob) {
    List<MachineView> machines =
        vjob.spec().members().stream().flatMap(it -> machine(it.id()).stream()).toList();
    return new VjobView(
        vjob.spec().name().value(),
        word(vjob.state()),
        word(vjob.wanted()),
        vjob.spec().priority(),
        vjob.spec().owner(),
        vjob.reason(),
        vjob.submittedMs(),
        vjob.endedMs(),
        vjob.exitCode(),
        vjob.output(),
        vjob.spec(),
        machines);
  }

  List<MachineView> machines() {
    return state.machines().keySet().stream().flatMap(id -> machine(id).stream()).toList();
  }

  Optional<MachineView> machine(MachineId id) {
    MachineRecord machine = state.machines().get(id);
    VjobSpec.Member member = members.get(id);
    if (machine == null || member == null) {
      return Optional.empty();
    }
    Optional<HostId> host = place(machine.state());
    return Optional.of(
        new MachineView(
            id.toString(),
            id.vjob().value(),
            word(machine.state()),
            host.map(HostId::value),
            host.map(at -> state.hosts().get(at)).map(it -> it.host().site().value()),
            machine.network().address(),
            machine.network().mac(),
            member.group().image(),
            member.group().demand()));
  }

  /** Where a machine runs, or where its saved state lies. */
  private static Optional<HostId> place(MachineState machine) {
    return machine instanceof MachineState.Sleeping(var saved)
        ? Optional.of(saved.host())
        : machine.host();
  }

  List<HostView> hosts(AgentLinks agents) {
    return state.hosts().values().stream().map(host -> host(host, agents)).toList();
  }

  Optional<HostView> host(HostId id, AgentLinks agents) {
    return Optional.ofNullable(state.hosts().get(id)).map(host -> host(host, agents));
  }

  private HostView host(HostRecord record, AgentLinks agents) {
    HostId id = record.host().id();
    List<String> machines = new ArrayList<>();
    state
        .machines()
        .forEach((machine, it) -> {
          if (uses(it.state(), id)) {
            machines.add(machine.toString());
          }
        });
    String there = record.drained() ? "drained" : "online";
    return new HostView(
        id.value(),
        record.host().site().value(),
        record.online() ? there : "lost",
        record.drained(),
        record.host().capacity(),
        used(id),
        List.copyOf(record.host().tags()),
        record.host().address(),
        machines,
        agents.images(id),
        content(agents.content(id)));
  }

  private Resources used(HostId host) {
    Resources used = Resources.NONE;
    for (MachineRecord machine : state.machines().values()) {
      VjobSpec.Member member = members.get(machine.id());
      if (member != null && uses(machine.state(), host)) {
        used = used.plus(member.group().demand());
      }
    }
    return used;
  }

  /** A migrating machine uses room on both hosts. */
  private static boolean uses(MachineState machine, HostId host) {
    if (machine instanceof MachineState.Migrating(HostId from, HostId to)) {
      return host.equals(from) || host.equals(to);
    }
    return machine.host().filter(host::equals).isPresent();
  }

  List<SwitchView> switches(int limit) {
    List<SwitchView> newest = new ArrayList<>();
    state.current().map(Views::switchView).ifPresent(newest::add);
    state.history().reversed().forEach(ended -> newest.add(switchView(ended)));
    return newest.stream().limit(limit).toList();
  }

  /**
   * @param id a number or {@code current}
   */
  Optional<SwitchView> switchView(String id) {
    if (id.equals("current")) {
      return state.current().map(Views::switchView);
    }
    return switches(Integer.MAX_VALUE).stream()
        .filter(it -> Long.toString(it.id()).equals(id))
        .findFirst();
  }

  private static SwitchView switchView(SwitchRecord record) {
    SortedMap<String, Long> skews = new TreeMap<>();
    record.pauseSkewMs().forEach((vjob, skew) -> skews.put(vjob.value(), skew));
    return new SwitchView(
        record.id(),
        record.cause(),
        record.startedMs(),
        record.endedMs(),
        record.actions().stream().map(Views::action).toList(),
        skews);
  }

  private static SwitchAction action(ActionRecord record) {
    Ends ends = Ends.of(record.action());
    return new SwitchAction(
        record.action().verb(),
        record.action().machine().toString(),
        ends.from().map(HostId::value),
        ends.to().map(HostId::value),
        word(record.progress()),
        record.startMs(),
        record.durationMs(),
        record.downtimeMs(),
        record.message());
  }

  static ConstraintView constraint(Engine.Standing standing) {
    return new ConstraintView(
        "c" + standing.constraint().number(),
        standing.constraint().term().toString(),
        standing.constraint().addedMs(),
        standing.machines().size(),
        standing.broken().stream().map(MachineId::toString).toList());
  }

  static PlanView plan(Answer answer) {
    SortedMap<String, String> refused = new TreeMap<>();
    answer.refused().forEach((vjob, reason) -> refused.put(vjob.value(), reason));
    Plan plan = answer.plan();
    return new PlanView(
        plan.steps().stream().map(Views::step).toList(), plan.cost(), plan.endMs(), refused);
  }

  private static StepView step(Plan.Step step) {
    Ends ends = Ends.of(step.action());
    return new StepView(
        step.id(),
        step.action().verb(),
        step.action().machine().toString(),
        ends.from().map(HostId::value),
        ends.to().map(HostId::value),
        List.copyOf(step.after()),
        step.startMs(),
        step.endMs(),
        step.why());
  }

  /** The hosts of an action: where the machine or its state is before, and after. */
  private record Ends(Optional<HostId> from, Optional<HostId> to) {
    static Ends of(Action action) {
      return switch (action) {
        case Action.Boot(_, HostId on) -> new Ends(Optional.empty(), Optional.of(on));
        case Action.Shutdown(_, HostId on, _) -> new Ends(Optional.of(on), Optional.empty());
        case Action.Suspend(_, HostId on) -> new Ends(Optional.of(on), Optional.of(on));
        case Action.Resume(_, HostId from, HostId to) ->
            new Ends(Optional.of(from), Optional.of(to));
        case Action.Migrate(_, HostId from, HostId to) ->
            new Ends(Optional.of(from), Optional.of(to));
      };
    }
  }

  Collection<String> vjobNames() {
    return state.vjobs().keySet().stream().map(VjobId::value).toList();
  }

  Collection<String> machineNames() {
    return state.machines().keySet().stream().map(MachineId::toString).toList();
  }

  Collection<String> hostNames() {
    return state.hosts().keySet().stream().map(HostId::value).toList();
  }

  private static String word(VjobState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static String word(GridState.Wanted wanted) {
    return wanted.name().toLowerCase(Locale.ROOT);
  }

  private static String word(GridState.Progress progress) {
    return progress.name().toLowerCase(Locale.ROOT);
  }

  private static String word(MachineState state) {
    return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
