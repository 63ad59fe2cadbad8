package org.heddle.drivers.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import org.heddle.drivers.MachineConfig;
import org.heddle.model.MachineReport.Live;

/** One machine in memory. Guarded by the wire's lock. */
final class MemoryMachine {
  private final MachineConfig config;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private MemoryGuest guest;
  private Live live;
  private Instant changedAt;

  MemoryMachine(MachineConfig config, MemoryGuest guest, Live live, Instant now) {
    this.config = config;
    this.guest = guest;
    this.live = live;
    this.changedAt = now;
  }

  MachineConfig config() {
    return config;
  }

  MemoryGuest guest() {
    return guest;
  }

  Live live() {
    return live;
  }

  /** When it came into the state that it is in. */
  Instant changedAt() {
    return changedAt;
  }

  void become(Live next, Instant at) {
    live = next;
    changedAt = at;
  }

  void fill(MemoryGuest arrived) {
    guest = arrived;
  }

  void print(String text) {
    console.writeBytes(text.getBytes(UTF_8));
  }

  byte[] printed() {
    return console.toByteArray();
  }
}
