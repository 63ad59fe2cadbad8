package org.heddle.simulator;

/**
 * How often things go wrong; chances are per occasion, from 0 to 1.
 *
 * @param fail an operation fails without effect
 * @param failDone an operation is done and reported as failed
 * @param slow an operation takes longer than anyone waits for
 * @param lost a message between controller and agent is lost
 * @param twice a message between controller and agent comes twice
 * @param late a message between controller and agent comes minutes later
 * @param cut a forced stop cuts short what goes on, instead of waiting for it
 * @param hostDiesPerHour each host
 * @param partedPerHour each host: controller and agent do not hear each other
 * @param agentRestartsPerHour each host
 * @param guestDiesPerHour each host: one of its machines
 * @param controllerRestarts after a step
 */
public record Faults(
    double fail,
    double failDone,
    double slow,
    double lost,
    double twice,
    double late,
    double cut,
    double hostDiesPerHour,
    double partedPerHour,
    double agentRestartsPerHour,
    double guestDiesPerHour,
    double controllerRestarts) {
  public static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0);

  /** A grid on a bad day. */
  public static final Faults MANY =
      new Faults(0.03, 0.02, 0.003, 0.02, 0.03, 0.01, 0.5, 2, 2, 5, 8, 0.003);
}
