package org.heddle.agent;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.heddle.model.MachineId;

/** One lock for each machine that somebody is working on. */
final class MachineLocks {
  private static final class Counted {
    final ReentrantLock lock = new ReentrantLock(true);
    int users;
  }

  /** Held until closed, by the thread that took it. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  private final Map<MachineId, Counted> locks = new HashMap<>();

  /** Waits until nobody else works on the machine. */
  Held hold(MachineId machine) throws InterruptedException {
    Counted counted = use(machine);
    try {
      counted.lock.lockInterruptibly();
    } catch (InterruptedException interrupted) {
      leave(machine, counted);
      throw interrupted;
    }
    return () -> {
      counted.lock.unlock();
      leave(machine, counted);
    };
  }

  /** Whether somebody works on the machine now. */
  synchronized boolean held(MachineId machine) {
    Counted counted = locks.get(machine);
    return counted != null && counted.lock.isLocked();
  }

  private synchronized Counted use(MachineId machine) {
    Counted counted = locks.computeIfAbsent(machine, _ -> new Counted());
    counted.users++;
    return counted;
  }

  private synchronized void leave(MachineId machine, Counted counted) {
    if (--counted.users == 0) {
      locks.remove(machine);
    }
  }
}
