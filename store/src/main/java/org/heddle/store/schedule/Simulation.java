package org.heddle.store.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Runs a schedule in virtual time: links are shared fairly by what moves at the same time, who
 * passes on what it is getting is never ahead of its source.
 */
public final class Simulation {
  private static final double NEVER = Double.POSITIVE_INFINITY;
  private static final double TINY = 1e-9;

  private final Network network;
  private final Load load;
  private final List<Move> moves;
  private final Shares shares;
  private final Map<String, Set<String>> held = new HashMap<>();
  private final double[] begin;
  private final double[] end;
  private final double[] bytes;
  private final double[] moved;
  private final boolean[] running;
  private double now;

  private Simulation(Network network, Load load, Schedule schedule) {
    this.network = network;
    this.load = load;
    this.moves = schedule.moves();
    this.shares = new Shares(network, moves);
    this.begin = filled(moves.size(), NEVER);
    this.end = filled(moves.size(), NEVER);
    this.bytes = new double[moves.size()];
    this.moved = new double[moves.size()];
    this.running = new boolean[moves.size()];
  }

  private static double[] filled(int length, double value) {
    double[] values = new double[length];
    Arrays.fill(values, value);
    return values;
  }

  /** Times of a gather: a host is released when its last move has ended. */
  public static Forecast gather(
      Network network, Load load, SequencedMap<String, List<String>> holds, Schedule schedule) {
    Simulation run = new Simulation(network, load, schedule);
    holds.forEach((host, items) -> run.held.put(host, new HashSet<>(items)));
    run.run();
    SequencedMap<String, Double> release = new LinkedHashMap<>();
    holds.keySet().forEach(host -> release.put(host, 0.0));
    for (Move move : schedule.moves()) {
      release.computeIfPresent(move.from(), (_, last) -> Math.max(last, run.end[move.number()]));
    }
    return run.forecast(schedule, release);
  }

  /** Times of a scatter: a host is done when all has come. */
  public static Forecast scatter(Network network, Load load, String origin, Schedule schedule) {
    Simulation run = new Simulation(network, load, schedule);
    run.held.put(origin, new HashSet<>(load.items().keySet()));
    run.run();
    SequencedMap<String, Double> release = new LinkedHashMap<>();
    schedule.moves().forEach(move -> release.put(move.to(), run.end[move.number()]));
    return run.forecast(schedule, release);
  }

  private Forecast forecast(Schedule schedule, SequencedMap<String, Double> release) {
    List<Forecast.Span> spans = new ArrayList<>();
    for (int i = 0; i < moves.size(); i++) {
      spans.add(new Forecast.Span(begin[i], end[i], bytes[i]));
    }
    return new Forecast(schedule, spans, release);
  }

  private void run() {
    for (int done = 0; done < moves.size(); ) {
      plan();
      double[] rates = rates();
      double next = next(rates);
      if (next == NEVER) {
        throw new IllegalStateException("a schedule whose moves wait for each other");
      }
      for (int i = 0; i < moves.size(); i++) {
        moved[i] += running[i] ? rates[i] * (next - now) : 0;
      }
      now = next;
      done += finish();
      start();
    }
  }

  /** Says when moves begin, for those whose conditions are met by now. */
  private void plan() {
    for (Move move : moves) {
      int i = move.number();
      if (begin[i] == NEVER) {
        double ready = 0;
        for (int before : move.after()) {
          ready = Math.max(ready, end[before]);
        }
        if (move.behind().isPresent()) {
          ready = Math.max(ready, begin[move.behind().getAsInt()] + network.hopSeconds());
        } else if (ready < NEVER) {
          ready += network.startSeconds();
        }
        if (ready < NEVER) {
          begin[i] =
              Math.max(now, ready)
                  + network.latency(network.host(move.from()), network.host(move.to()));
        }
      }
    }
  }

  private double[] rates() {
    double[] caps = filled(moves.size(), NEVER);
    double[] rates = shares.rates(running, caps);
    for (int round = 0; round < moves.size(); round++) {
      boolean changed = false;
      for (Move move : moves) {
        int i = move.number();
        if (running[i] && move.behind().isPresent()) {
          int source = move.behind().getAsInt();
          boolean caughtUp =
              end[source] == NEVER
                  && moved[source] - moved[i] <= rates[source] * network.hopSeconds() + TINY;
          if (caughtUp && rates[i] > rates[source] * (1 + TINY)) {
            caps[i] = rates[source];
            changed = true;
          }
        }
      }
      if (!changed) {
        return rates;
      }
      rates = shares.rates(running, caps);
    }
    return rates;
  }

  /** When something changes: a move ends or begins, or one catches up with its source. */
  private double next(double[] rates) {
    double next = NEVER;
    for (Move move : moves) {
      int i = move.number();
      if (running[i]) {
        next = Math.min(next, Math.min(arrival(move, rates[i]), catchUp(move, rates)));
      } else if (end[i] == NEVER && begin[i] < NEVER) {
        next = Math.min(next, Math.max(now, begin[i]));
      }
    }
    return next;
  }

  private double arrival(Move move, double rate) {
    double left = bytes[move.number()] - moved[move.number()];
    if (left <= bytes[move.number()] * TINY + TINY) {
      return fed(move) ? now : NEVER;
    }
    return rate > 0 ? now + left / rate : NEVER;
  }

  /** Whether all that it brings is where it comes from. */
  private boolean fed(Move move) {
    return move.behind().isEmpty() || end[move.behind().getAsInt()] < NEVER;
  }

  private double catchUp(Move move, double[] rates) {
    if (fed(move)) {
      return NEVER;
    }
    int source = move.behind().getAsInt();
    double faster = rates[move.number()] - rates[source];
    double gap = moved[source] - moved[move.number()] - rates[source] * network.hopSeconds();
    return faster > TINY * rates[source] && gap > TINY ? now + gap / faster : NEVER;
  }

  private int finish() {
    int finished = 0;
    for (Move move : moves) {
      int i = move.number();
      if (running[i] && fed(move) && moved[i] >= bytes[i] * (1 - TINY) - TINY) {
        running[i] = false;
        end[i] = now;
        held.computeIfAbsent(move.to(), _ -> new HashSet<>()).addAll(move.items());
        finished++;
      }
    }
    return finished;
  }

  private void start() {
    for (Move move : moves) {
      int i = move.number();
      if (!running[i] && end[i] == NEVER && begin[i] <= now + TINY) {
        running[i] = true;
        Set<String> there = held.getOrDefault(move.to(), Set.of());
        List<String> missing = move.items().stream().filter(item -> !there.contains(item)).toList();
        bytes[i] = load.bytes(missing, !there.isEmpty());
      }
    }
  }
}
