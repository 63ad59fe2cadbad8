package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.InstanceBuilder;

/** What a BtrPlace model says, by its own numbers, until all of it is read. */
final class BtrPlaceModel {
  private final JsonInput in;

  private final IntList online = new IntList();
  private final IntList offline = new IntList();
  private final IntList ready = new IntList();

  /** Machine and host by turns. */
  private final IntList running = new IntList();

  private final IntList sleeping = new IntList();
  private final List<Resource> resources = new ArrayList<>();
  private final List<Value> machineValues = new ArrayList<>();
  private final List<Value> hostValues = new ArrayList<>();
  private final IntList stateless = new IntList();
  private final Map<Integer, String> machineNames = new HashMap<>();
  private final Map<Integer, String> hostNames = new HashMap<>();
  private final BtrPlaceNetwork network;

  private record Value(Attribute attribute, int number, double value) {}

  /** Amounts of those numbers that do not have the default. */
  private static final class Resource {
    String name = "";
    long defaultDemand;
    long defaultCapacity;
    final IntList machines = new IntList();
    final List<Long> demands = new ArrayList<>();
    final IntList hosts = new IntList();
    final List<Long> capacities = new ArrayList<>();
  }

  BtrPlaceModel(JsonInput in) {
    this.in = in;
    this.network = new BtrPlaceNetwork(in);
  }

  void read() {
    in.object(key -> {
      switch (key) {
        case "mapping" -> mapping();
        case "attributes" -> attributes();
        case "views" -> in.array(this::view);
        default -> in.skip();
      }
    });
  }

  private void mapping() {
    in.object(key -> {
      switch (key) {
        case "readyVMs" -> in.array(() -> ready.add(in.number()));
        case "offlineNodes" -> in.array(() -> offline.add(in.number()));
        case "onlineNodes" -> in.members(this::node);
        default -> in.skip();
      }
    });
  }

  private void node(String key) {
    int node = parse(key);
    online.add(node);
    in.object(list -> {
      switch (list) {
        case "runningVMs" -> in.array(() -> pair(running, node));
        case "sleepingVMs" -> in.array(() -> pair(sleeping, node));
        default -> in.skip();
      }
    });
  }

  private void pair(IntList list, int node) {
    list.add(in.number());
    list.add(node);
  }

  private int parse(String key) {
    try {
      int number = Integer.parseInt(key);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw in.wrong("'" + key + "' is not a number", "machines and nodes are numbered from 0");
  }

  private void attributes() {
    in.object(key -> {
      switch (key) {
        case "vms" -> in.members(vm -> values(parse(vm), machineValues, stateless));
        case "nodes" -> in.members(node -> values(parse(node), hostValues, new IntList()));
        default -> in.skip();
      }
    });
  }

  private void values(int number, List<Value> values, IntList clones) {
    in.object(key -> {
      Optional<Attribute> attribute = Attribute.keyed(key);
      if (attribute.isPresent() && in.isNumber()) {
        values.add(new Value(attribute.get(), number, in.decimal()));
      } else if (key.equals("clone") && in.isTrue()) {
        clones.add(number);
      } else {
        in.skip();
      }
    });
  }

  /** One view: its id may come after its content, so the content says what it is. */
  private void view() {
    Resource resource = new Resource();
    String[] kind = {"", ""};
    Map<Integer, String> names = new HashMap<>();
    in.object(key -> {
      switch (key) {
        case "id" -> kind[0] = in.string();
        case "type" -> kind[1] = in.string();
        case "rcId" -> resource.name = in.string();
        case "defConsumption" -> resource.defaultDemand = in.amount();
        case "defCapacity" -> resource.defaultCapacity = in.amount();
        case "vms" -> in.members(vm -> amount(vm, resource.machines, resource.demands));
        case "nodes" -> in.members(node -> amount(node, resource.hosts, resource.capacities));
        case "map" -> in.members(name -> names.put(in.number(), name));
        case "links" -> in.array(network::link);
        case "routing" -> network.routing();
        default -> in.skip();
      }
    });
    if (kind[0].equals("shareableResource")) {
      resources.add(resource);
    } else if (kind[0].equals("ns")) {
      (kind[1].equals("vm") ? machineNames : hostNames).putAll(names);
    }
  }

  private void amount(String key, IntList numbers, List<Long> amounts) {
    numbers.add(parse(key));
    amounts.add(in.amount());
  }

  /** Puts all into the builder, in order of number. */
  Numbering build(InstanceBuilder builder) {
    Numbering numbering = new Numbering(machineNumbers(), hostNumbers());
    for (Resource resource : resources) {
      builder.resource(resource.name);
    }
    for (int h = 0; h < numbering.hosts(); h++) {
      int number = numbering.hostNumber(h);
      builder.host(hostNames.getOrDefault(number, "node" + number));
    }
    for (int m = 0; m < numbering.machines(); m++) {
      int number = numbering.machineNumber(m);
      builder.machine(machineNames.getOrDefault(number, "vm" + number));
    }
    for (int i = 0; i < offline.size(); i++) {
      builder.online(numbering.host(offline.at(i)), false);
    }
    for (int i = 0; i < running.size(); i += 2) {
      builder.running(numbering.machine(running.at(i)), numbering.host(running.at(i + 1)));
    }
    for (int i = 0; i < sleeping.size(); i += 2) {
      builder.sleeping(numbering.machine(sleeping.at(i)), numbering.host(sleeping.at(i + 1)));
    }
    for (int r = 0; r < resources.size(); r++) {
      amounts(builder, numbering, r);
    }
    properties(builder, numbering);
    network.build(builder, numbering);
    return numbering;
  }

  private int[] machineNumbers() {
    IntList all = new IntList();
    for (int i = 0; i < ready.size(); i++) {
      all.add(ready.at(i));
    }
    for (int i = 0; i < running.size(); i += 2) {
      all.add(running.at(i));
    }
    for (int i = 0; i < sleeping.size(); i += 2) {
      all.add(sleeping.at(i));
    }
    return sorted(all, "VM");
  }

  private int[] hostNumbers() {
    IntList all = new IntList();
    for (int i = 0; i < online.size(); i++) {
      all.add(online.at(i));
    }
    for (int i = 0; i < offline.size(); i++) {
      all.add(offline.at(i));
    }
    return sorted(all, "node");
  }

  private int[] sorted(IntList list, String kind) {
    int[] numbers = list.toArray();
    Arrays.sort(numbers);
    for (int i = 1; i < numbers.length; i++) {
      if (numbers[i] == numbers[i - 1]) {
        throw in.wrong(
            kind + " " + numbers[i] + " is in the mapping twice", "let it be in one place");
      }
    }
    return numbers;
  }

  private void amounts(InstanceBuilder builder, Numbering numbering, int r) {
    Resource resource = resources.get(r);
    for (int m = 0; m < numbering.machines() && resource.defaultDemand > 0; m++) {
      builder.demand(m, r, resource.defaultDemand);
    }
    for (int h = 0; h < numbering.hosts() && resource.defaultCapacity > 0; h++) {
      builder.capacity(h, r, resource.defaultCapacity);
    }
    for (int i = 0; i < resource.machines.size(); i++) {
      int m = known(numbering.machine(resource.machines.at(i)), "VM", resource.machines.at(i));
      builder.demand(m, r, resource.demands.get(i));
    }
    for (int i = 0; i < resource.hosts.size(); i++) {
      int h = known(numbering.host(resource.hosts.at(i)), "node", resource.hosts.at(i));
      builder.capacity(h, r, resource.capacities.get(i));
    }
  }

  private int known(int index, String kind, int number) {
    if (index < 0) {
      throw in.wrong(
          "there is no " + kind + " " + number + " in the mapping",
          "add it to the mapping, or drop what names it");
    }
    return index;
  }

  private void properties(InstanceBuilder builder, Numbering numbering) {
    for (Value value : machineValues) {
      int m = numbering.machine(value.number);
      if (m >= 0) {
        builder.attribute(m, value.attribute, value.value);
      }
    }
    for (Value value : hostValues) {
      int h = numbering.host(value.number);
      if (h >= 0) {
        builder.hostAttribute(h, value.attribute, value.value);
      }
    }
    for (int i = 0; i < stateless.size(); i++) {
      int m = numbering.machine(stateless.at(i));
      if (m >= 0) {
        builder.stateless(m, true);
      }
    }
  }

  List<String> resourceNames() {
    return resources.stream().map(resource -> resource.name).toList();
  }
}
