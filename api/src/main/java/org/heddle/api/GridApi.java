package org.heddle.api;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.heddle.model.ConstraintTerm;
import org.heddle.model.Resources;
import org.heddle.model.VjobSpec;

/**
 * Bodies of the controller's API. Every request carries {@code Authorization: Bearer TOKEN}; every
 * error is a {@link Problem}. Everything that changes takes {@code ?dryRun=true} and then answers
 * with a {@link PlanView} and changes nothing.
 *
 * <pre>
 * GET    /v1/status                             GridStatus
 * GET    /v1/openapi.json                       this, as OpenAPI 3.1
 * GET    /v1/vjobs                              [VjobView]
 * POST   /v1/vjobs                              VjobSpec -> 201 VjobView
 * POST   /v1/submissions                        Submission -> 201 [VjobView]: all or none
 * GET    /v1/vjobs/{vjob}                       VjobView
 * POST   /v1/vjobs/{vjob}/suspend | resume | cancel     -> 202 VjobView
 * GET    /v1/vjobs/{vjob}/logs                  text: what its command printed (so far)
 * GET    /v1/machines                           [MachineView]
 * GET    /v1/machines/{machine}                 MachineView
 * POST   /v1/machines/{machine}/migrate         MigrateRequest -> 202 MachineView
 * POST   /v1/machines/{machine}/exec            AgentApi.ExecRequest -> AgentApi.ExecResponse
 * GET    /v1/machines/{machine}/console?from=N&amp;follow=true, POST ...   as the agent's
 * GET    /v1/hosts                              [HostView]
 * POST   /v1/hosts/{host}/drain | undrain       -> 202 HostView
 * POST   /v1/hosts/{host}/forget                -> 200 HostView as it was: a lost host for good
 * GET    /v1/constraints                        [ConstraintView]: of administrators
 * POST   /v1/constraints                        ConstraintRequest -> 201 ConstraintView, 200 when it is there
 * DELETE /v1/constraints/{constraint}           -> 204, also when it is gone already
 * GET    /v1/switches?limit=N                   [SwitchView], newest first
 * GET    /v1/switches/{id}                      SwitchView; id may be "current"
 * GET    /v1/plan                               PlanView: what the grid would do now
 * GET    /v1/events?after=N&amp;limit=M             [EventView]
 * GET    /v1/events?newest=true&amp;limit=M         [EventView], oldest first
 * GET    /v1/events/stream?after=N              server-sent events: "event" EventView with its id
 * </pre>
 */
public final class GridApi {
  private GridApi() {}

  /**
   * @param content what moving images and saved states by content has saved
   */
  public record GridStatus(
      String version,
      boolean settled,
      int hosts,
      int hostsOnline,
      SortedMap<String, Integer> vjobs,
      Resources capacity,
      Resources used,
      Optional<SwitchView> currentSwitch,
      ContentView content,
      long startedMs) {}

  /**
   * What content stores were used for.
   *
   * @param wholeBytes bytes of the images and saved states that were moved, zeros not counted: what
   *     would have been sent without content stores
   * @param sentBytes bytes that were sent for them
   * @param savedPercent share of the first that was not sent, 0 when nothing was moved
   * @param storedBytes what the stores take on the disks
   * @param repositories hosts that keep copies of their sites' saved states
   * @param trouble why a store could not do something lately, by host
   */
  public record ContentView(
      long wholeBytes,
      long sentBytes,
      int savedPercent,
      long storedBytes,
      List<String> repositories,
      SortedMap<String, String> trouble) {}

  /**
   * Several vjobs that are taken together or not at all. A refusal's field begins with the place of
   * the vjob, such as {@code vjobs[1].machines[0].memory}.
   *
   * @param key a new one for each submission, 1 to 64 letters, digits, {@code -} or {@code _}; the
   *     same submission sent again under its key is answered like the first and changes nothing
   * @param vjobs 1 to {@value #MOST} of different names
   */
  public record Submission(String key, List<VjobSpec> vjobs) {
    /** As many as the controller's answer and its one step can carry with ease. */
    public static final int MOST = 500;

    public Submission {
      vjobs = List.copyOf(vjobs);
      if (!key.matches("[A-Za-z0-9_-]{1,64}")) {
        throw new IllegalArgumentException("key: use 1 to 64 letters, digits, - or _");
      }
      if (vjobs.isEmpty() || vjobs.size() > MOST) {
        throw new IllegalArgumentException("vjobs: submit 1 to " + MOST + " at once");
      }
    }
  }

  /**
   * @param state in lower case: waiting, starting, running, suspending, sleeping, resuming,
   *     stopping, terminated
   * @param reason why it is in that state; may be empty
   * @param output the end of what its command printed, once it has ended
   */
  public record VjobView(
      String name,
      String state,
      String wanted,
      int priority,
      String owner,
      String reason,
      long submittedMs,
      Optional<Long> endedMs,
      Optional<Integer> exitCode,
      String output,
      VjobSpec spec,
      List<MachineView> machines) {}

  /**
   * @param name {@code machine.vjob}
   * @param host where it runs, or where its saved state lies; absent when it has none
   */
  public record MachineView(
      String name,
      String vjob,
      String state,
      Optional<String> host,
      Optional<String> site,
      String address,
      String mac,
      String image,
      Resources demand) {}

  /**
   * @param state online, lost or drained
   */
  public record HostView(
      String name,
      String site,
      String state,
      boolean drained,
      Resources capacity,
      Resources used,
      List<String> tags,
      String address,
      List<String> machines,
      List<String> images,
      ContentView content) {}

  public record MigrateRequest(String to) {}

  /**
   * A constraint for the whole grid, such as {@code ban(node[1-2].web, host3)}.
   *
   * @param after only with {@code dryRun=true}: constraints as if they had been added before
   */
  public record ConstraintRequest(
      ConstraintTerm constraint, Optional<List<ConstraintTerm>> after) {}

  /**
   * @param name such as {@code c3}; never given twice
   * @param constraint its text
   * @param machines how many it speaks of now
   * @param broken machines that are against it where they run now
   */
  public record ConstraintView(
      String name, String constraint, long addedMs, int machines, List<String> broken) {}

  /**
   * @param refused vjobs that would not run, with the reason
   * @param cost MiB moved or written
   */
  public record PlanView(
      List<StepView> steps, long cost, long endMs, SortedMap<String, String> refused) {}

  public record StepView(
      int id,
      String action,
      String machine,
      Optional<String> from,
      Optional<String> to,
      List<Integer> after,
      long startMs,
      long endMs,
      String why) {}

  public record SwitchView(
      long id,
      String cause,
      long startedMs,
      Optional<Long> endedMs,
      List<SwitchAction> actions,
      SortedMap<String, Long> pauseSkewMs) {}

  /**
   * @param progress pending, active, done, failed or dropped
   */
  public record SwitchAction(
      String action,
      String machine,
      Optional<String> from,
      Optional<String> to,
      String progress,
      long startMs,
      long durationMs,
      long downtimeMs,
      String message) {}

  public record EventView(long id, long timeMs, String kind, String subject, String message) {}

  /**
   * RFC 9457 problem details.
   *
   * @param type one of invalid, not-found, conflict, denied, infeasible, failed, timed-out,
   *     unreachable
   * @param field path of the field to blame, such as {@code machines[0].memory}; may be empty
   */
  public record Problem(String type, String title, int status, String detail, String field) {}
}
