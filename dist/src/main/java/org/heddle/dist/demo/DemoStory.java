package org.heddle.dist.demo;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.heddle.api.GridApi.HostView;
import org.heddle.api.GridApi.MachineView;
import org.heddle.api.GridApi.VjobView;
import org.heddle.api.GridClient;
import org.heddle.model.VjobSpec;

/**
 * What the demo does to the grid, as a person would: two vjobs, an urgent one that needs their
 * room, hosts that come into service and leave it. Waits for what must be seen before it goes on.
 */
final class DemoStory {
  /** Emulated guests on a loaded machine with two cores: minutes, not seconds. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private static final Duration POLL = Duration.ofMillis(500);

  /** How long the vjobs work undisturbed before the urgent one comes. */
  private static final Duration UNDISTURBED = Duration.ofSeconds(20);

  /** Owner of the demo's vjobs, whatever the files say: so that it ends only its own. */
  static final String OWNER = "heddle-demo";

  private static final String SPARE = "host4";
  private static final String TIRED = "host1";

  private final GridClient grid;
  private final Narrator narrator;

  DemoStory(GridClient grid, Narrator narrator) {
    this.grid = grid;
    this.narrator = narrator;
  }

  /** Ends what an interrupted demo left, and takes every host into service. */
  void clear() throws InterruptedException {
    for (VjobView vjob : grid.vjobs()) {
      if (!vjob.state().equals("terminated")) {
        narrator.line(vjob.name() + ": left by an interrupted demo, ended now");
        grid.cancel(vjob.name());
        await(vjob.name(), "terminated");
      }
    }
    for (HostView host : grid.hosts()) {
      if (host.drained()) {
        grid.undrain(host.name());
      }
    }
    awaitSettled();
  }

  /**
   * @param low is suspended as a whole for {@code urgent}
   * @param middle has machines moved to make room, and goes on
   */
  void tell(VjobSpec low, VjobSpec middle, VjobSpec urgent) throws InterruptedException {
    String lowName = low.name().value();
    String urgentName = urgent.name().value();
    narrator.heading(SPARE + " is not in service yet; two vjobs share the other three hosts");
    grid.drain(SPARE);
    grid.submit(low);
    grid.submit(middle);
    await(lowName, "running");
    await(middle.name().value(), "running");
    narrator.place(grid.machines());
    Thread.sleep(UNDISTURBED);

    narrator.heading(
        "An urgent vjob needs two whole hosts: the grid switches to another configuration");
    grid.submit(urgent);
    await(lowName, "sleeping");
    await(urgentName, "running");
    narrator.place(grid.machines());

    narrator.heading(SPARE + " comes into service, " + TIRED + " leaves it for maintenance");
    grid.undrain(SPARE);
    grid.drain(TIRED);
    awaitHostEmpty(TIRED);
    narrator.place(grid.machines());

    narrator.heading("The urgent vjob ends; the suspended one is resumed, elsewhere, as it was");
    await(urgentName, "terminated");
    await(lowName, "running", "terminated");
    narrator.place(grid.machines());

    narrator.heading("Both vjobs work on to their ends");
    await(middle.name().value(), "terminated");
    await(lowName, "terminated");
    awaitSettled();
  }

  private void await(String vjob, String... states) throws InterruptedException {
    List<String> wanted = List.of(states);
    VjobView seen =
        poll(
            "vjob " + vjob + " to be " + String.join(" or ", wanted),
            () -> grid.vjob(vjob),
            view -> wanted.contains(view.state()) || view.state().equals("terminated"));
    if (!wanted.contains(seen.state())) {
      throw new DemoException(
          "vjob " + vjob + " ended too early: " + seen.reason() + "\n" + seen.output());
    }
  }

  private void awaitHostEmpty(String host) throws InterruptedException {
    poll(
        host + " to be empty",
        () -> grid.machines(),
        machines -> machines.stream().noneMatch(machine -> uses(machine, host)));
  }

  private static boolean uses(MachineView machine, String host) {
    boolean live = !List.of("sleeping", "waiting", "terminated").contains(machine.state());
    return live && machine.host().filter(host::equals).isPresent();
  }

  private void awaitSettled() throws InterruptedException {
    poll("the grid to settle", () -> grid.status(), status -> status.settled());
  }

  private interface Question<T> {
    T ask();
  }

  private <T> T poll(String what, Question<T> question, Predicate<T> enough)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      T answer = question.ask();
      if (enough.test(answer)) {
        return answer;
      }
      if (System.nanoTime() > end) {
        throw new DemoException("waited " + PATIENCE.toMinutes() + " minutes for " + what);
      }
      narrator.waiting(what);
      Thread.sleep(POLL);
    }
  }

  /** Name of the example that plays a part. */
  static String file(String part) {
    return switch (part) {
      case "low" -> "mrbayes.yaml";
      case "middle" -> "farm.yaml";
      case "urgent" -> "urgent.yaml";
      default -> throw new IllegalArgumentException("no part " + part);
    };
  }
}
