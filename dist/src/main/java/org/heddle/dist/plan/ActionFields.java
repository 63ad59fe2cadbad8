package org.heddle.dist.plan;

import java.util.ArrayList;
import java.util.List;

/** One action of a plan's file, in Heddle's form or in BtrPlace's. */
final class ActionFields {
  // Heddle's.
  int number = -1;
  String action = "";
  String machine = "";
  String fromName = "";
  String toName = "";
  long startMs;
  long endMs;
  int[] waitsFor = {};

  // BtrPlace's.
  String btrPlaceId = "";
  int vm = -1;
  int node = -1;
  int from = -1;
  int to = -1;
  long start;
  long end;
  final List<Event> events = new ArrayList<>();

  /** What a hook says, or an allocate action itself. */
  static final class Event {
    String id = "";
    int vm = -1;
    int newVm = -1;
    String rc = "";
    long amount = -1;
  }

  void read(String key, JsonInput in) {
    switch (key) {
      case "id" -> {
        if (in.isNumber()) {
          number = in.number();
        } else {
          btrPlaceId = in.string();
        }
      }
      case "action" -> action = in.string();
      case "machine" -> machine = in.string();
      case "from" -> {
        if (in.isNumber()) {
          from = in.number();
        } else {
          fromName = in.string();
        }
      }
      case "to" -> {
        if (in.isNumber()) {
          to = in.number();
        } else {
          toName = in.string();
        }
      }
      case "startMs" -> startMs = in.amount();
      case "endMs" -> endMs = in.amount();
      case "waitsFor" -> waitsFor = in.ints();
      case "vm" -> vm = in.number();
      case "on", "node" -> node = in.number();
      case "start" -> start = in.amount();
      case "end" -> end = in.amount();
      case "rc" -> own().rc = in.string();
      case "amount" -> own().amount = in.amount();
      case "hooks" -> in.object(_ -> in.array(() -> event(in)));
      default -> in.skip();
    }
  }

  /** The event that an allocate action is; always the first. */
  private Event own() {
    if (events.isEmpty() || events.getFirst().vm >= 0) {
      events.addFirst(new Event());
    }
    return events.getFirst();
  }

  private void event(JsonInput in) {
    Event event = new Event();
    in.object(key -> {
      switch (key) {
        case "id" -> event.id = in.string();
        case "rc" -> event.rc = in.string();
        case "amount" -> event.amount = in.amount();
        case "vm" -> event.vm = in.number();
        case "newVm" -> event.newVm = in.number();
        default -> in.skip();
      }
    });
    events.add(event);
  }
}
