package org.heddle.controller;

import java.util.List;
import org.heddle.engine.Command;
import org.heddle.engine.Event;
import org.heddle.engine.GridState;
import org.heddle.engine.Step;
import org.heddle.planner.Answer;
import org.heddle.planner.Limits;
import org.heddle.planner.Problem;

/** The pure parts that the controller puts to work: the engine's step and the planner. */
interface Decider {
  Step step(GridState state, Event event, long nowMs);

  /** The commands that a controller sends when it has just read its state. */
  List<Command> resume(GridState state, long nowMs);

  Answer plan(Problem problem, Limits limits);
}
