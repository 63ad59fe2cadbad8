package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.heddle.model.ConstraintForm;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.ConstraintText;
import org.heddle.planner.instance.Indices;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.InstanceBuilder;
import org.heddle.planner.instance.InvalidInstance;
import org.heddle.planner.instance.MachineState;

/**
 * Small random instances with every kind of constraint, tight enough that a good part of them has
 * no answer.
 */
final class RandomInstances {
  private static final List<ConstraintForm> FORMS = List.of(ConstraintForm.values());

  /** Those that some instances have more of, since a single one of them seldom matters. */
  private static final List<ConstraintForm> SELDOM =
      List.of(
          ConstraintForm.SPLIT_AMONG,
          ConstraintForm.OVERBOOK,
          ConstraintForm.SEQUENCE,
          ConstraintForm.PRECEDENCE,
          ConstraintForm.SERIALIZE,
          ConstraintForm.SYNCHRONIZE,
          ConstraintForm.DEADLINE,
          ConstraintForm.NO_DELAY);

  private static final List<Attribute> TIMED =
      List.of(
          Attribute.BOOT,
          Attribute.SHUTDOWN,
          Attribute.SUSPEND,
          Attribute.RESUME,
          Attribute.MIGRATE,
          Attribute.ALLOCATE);

  private static final double LONG = 1_000_000;

  private final RandomGenerator random;
  private final int maxHosts;
  private final int maxMachines;
  private final long unit;

  /**
   * @param unit all amounts are multiples of it
   */
  RandomInstances(RandomGenerator random, int maxHosts, int maxMachines, long unit) {
    this.unit = unit;
    this.random = random;
    this.maxHosts = maxHosts;
    this.maxMachines = maxMachines;
  }

  /** The next one; those that contradict themselves are passed over. */
  Instance next() {
    while (true) {
      try {
        return attempt();
      } catch (InvalidInstance refused) {
        if (refused.kind() != InvalidInstance.Kind.CONTRADICTION) {
          throw refused;
        }
      }
    }
  }

  private Instance attempt() {
    InstanceBuilder builder = new InstanceBuilder();
    int resources = random.nextInt(1, 3);
    builder.resource("memory");
    if (resources > 1) {
      builder.resource("cpu");
    }
    int hosts = random.nextInt(1, maxHosts + 1);
    int machines = random.nextInt(1, maxMachines + 1);
    for (int h = 0; h < hosts; h++) {
      builder.host("h" + h);
      builder.online(h, h == 0 || random.nextInt(8) > 0);
      for (int r = 0; r < resources; r++) {
        builder.capacity(h, r, unit * random.nextInt(4, 11));
      }
    }
    for (int m = 0; m < machines; m++) {
      machine(builder, m, hosts, resources);
    }
    if (machines > 2 && random.nextInt(4) == 0) {
      builder.vjob("job", Indices.of(0, 1));
    }
    int constraints = random.nextInt(5);
    for (int i = 0; i < constraints; i++) {
      ConstraintForm form = FORMS.get(random.nextInt(FORMS.size()));
      builder.constraint(constraint(form, hosts, machines, resources));
    }
    int seldom = random.nextInt(3) == 0 ? random.nextInt(1, 4) : 0;
    for (int i = 0; i < seldom; i++) {
      ConstraintForm form = SELDOM.get(random.nextInt(SELDOM.size()));
      builder.constraint(constraint(form, hosts, machines, resources));
    }
    return builder.build();
  }

  private void machine(InstanceBuilder builder, int m, int hosts, int resources) {
    builder.machine("vm" + m);
    for (int r = 0; r < resources; r++) {
      builder.demand(m, r, unit * random.nextInt(1, 5));
    }
    int kind = random.nextInt(10);
    int host = random.nextInt(hosts);
    if (kind < 7 && builder.isOnline(host)) {
      builder.running(m, host);
    } else if (kind < 8 && builder.isOnline(host)) {
      builder.sleeping(m, host);
    }
    boolean stateless = random.nextInt(6) == 0;
    builder.stateless(m, stateless);
    if (stateless && random.nextBoolean()) {
      builder.attribute(m, Attribute.MIGRATE, seconds());
    } else if (random.nextInt(3) == 0) {
      builder.attribute(m, TIMED.get(random.nextInt(TIMED.size())), seconds());
    }
    if (random.nextInt(3) == 0) {
      int r = random.nextInt(resources);
      builder.constraint(new Constraint.Preserve(Indices.of(m), r, unit * random.nextInt(1, 8)));
    }
    if (kind >= 7 && random.nextInt(4) > 0) {
      builder.constraint(new Constraint.InState(Indices.of(m), MachineState.RUNNING));
    }
  }

  /** Long ones where amounts are large. */
  private double seconds() {
    return random.nextInt(0, 7) / 2.0 * (unit > 1 ? LONG : 1);
  }

  /** Over random machines and hosts. */
  private Constraint constraint(ConstraintForm form, int hosts, int machines, int resources) {
    boolean always = form.lasting() && random.nextInt(3) == 0;
    Indices ms = some(machines);
    Indices hs = some(hosts);
    int r = random.nextInt(resources);
    return switch (form) {
      case SPREAD -> new Constraint.Spread(ms, always);
      case GATHER -> new Constraint.Gather(ms, always);
      case AMONG -> new Constraint.Among(ms, parts(hosts), always);
      case SPLIT_AMONG -> new Constraint.SplitAmong(parts(machines), parts(hosts), always);
      case SPLIT -> new Constraint.Split(parts(machines), always);
      case FENCE -> new Constraint.Fence(ms, hs, always);
      case BAN -> new Constraint.Ban(ms, hs, always);
      case ROOT -> new Constraint.Root(ms);
      case LONELY -> new Constraint.Lonely(ms, always);
      case QUARANTINE -> new Constraint.Quarantine(hs);
      case RUNNING_CAPACITY ->
          new Constraint.RunningCapacity(hs, random.nextInt(machines + 1), always);
      case RESOURCE_CAPACITY ->
          new Constraint.ResourceCapacity(hs, r, unit * random.nextInt(2, 12), always);
      case OVERBOOK -> new Constraint.Overbook(hs, r, random.nextInt(2, 7) / 4.0);
      case ONLINE -> new Constraint.Online(hs);
      case OFFLINE -> new Constraint.Offline(hs);
      case MAX_ONLINE -> new Constraint.MaxOnline(hs, random.nextInt(hosts + 1), always);
      case NO_IDLE -> new Constraint.NoIdle(hs);
      case PRESERVE -> new Constraint.Preserve(ms, r, unit * random.nextInt(1, 8));
      case RUNNING, SLEEPING, READY, KILLED ->
          new Constraint.InState(ms, ConstraintText.state(form));
      case SEQUENCE -> new Constraint.Sequence(ms);
      case PRECEDENCE -> new Constraint.Precedence(ms, some(machines));
      case SERIALIZE -> new Constraint.Serialize(ms);
      case SYNCHRONIZE -> new Constraint.Synchronize(ms);
      case DEADLINE -> new Constraint.Deadline(ms, random.nextInt(1, 10) * 1000L);
      case NO_DELAY -> new Constraint.NoDelay(ms);
    };
  }

  /** At least one, in order. */
  private Indices some(int all) {
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < all; i++) {
      if (random.nextBoolean()) {
        chosen.add(i);
      }
    }
    if (chosen.isEmpty()) {
      chosen.add(random.nextInt(all));
    }
    return Indices.of(chosen.stream().mapToInt(Integer::intValue).toArray());
  }

  /** One to three disjoint parts, not all of them covered. */
  private List<Indices> parts(int all) {
    List<List<Integer>> parts = new ArrayList<>();
    int count = random.nextInt(1, 4);
    for (int p = 0; p < count; p++) {
      parts.add(new ArrayList<>());
    }
    for (int i = 0; i < all; i++) {
      if (random.nextInt(6) > 0) {
        parts.get(random.nextInt(count)).add(i);
      }
    }
    return parts.stream()
        .filter(part -> !part.isEmpty())
        .map(part -> Indices.of(part.stream().mapToInt(Integer::intValue).toArray()))
        .toList();
  }
}
