package org.heddle.engine;

import java.util.List;
import java.util.Optional;

/**
 * What one step of the engine gives.
 *
 * @param commands to be sent after the state is stored
 * @param notices for people, stored as the grid's event log
 * @param refusal why the event was not accepted; then the state is unchanged
 */
public record Step(
    GridState state, List<Command> commands, List<Notice> notices, Optional<Refusal> refusal) {
  public Step {
    commands = List.copyOf(commands);
    notices = List.copyOf(notices);
  }

  /**
   * One line of the grid's event log.
   *
   * @param kind such as {@code vjob.state}, {@code action.failed}, {@code host.lost}
   * @param subject name of the vjob, machine, host or switch
   */
  public record Notice(String kind, String subject, String message) {}

  /**
   * "No" with its reason.
   *
   * @param field path of the field of the request that is to blame, such as {@code
   *     machines[0].memory}; empty if none
   */
  public record Refusal(Why why, String field, String message) {}

  /** The closed list of refusals. */
  public enum Why {
    INVALID,
    NOT_FOUND,
    CONFLICT,
    INFEASIBLE
  }
}
