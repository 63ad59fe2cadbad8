package org.heddle.api;

import java.util.List;
import java.util.Optional;
import org.heddle.api.GridApi.Problem;

/**
 * Bodies of the image farm as a service. The controller passes them on to an agent that builds
 * ({@code heddle agent --builder}), where the same routes lie below {@code /v1/farm}.
 *
 * <pre>
 * GET    /v1/farm                        FarmView
 * GET    /v1/images                      [ImageView]: what the farm has built
 * POST   /v1/images                      BuildRequest -> 202 BuildView under a new id
 * GET    /v1/images/{image}              ImageDetail; by name, digest, or the name for vjobs
 * GET    /v1/images/{image}/log          text: the log of its build
 * GET    /v1/images/{image}/file         its main file; takes Range
 * DELETE /v1/images/{image}              204; 409 while a vjob needs it
 * GET    /v1/builds                      [BuildView], newest first
 * PUT    /v1/builds/{id}                 BuildRequest -> 202 BuildView (idempotent by id);
 *                                        with ?dryRun=true -> 200 BuildView, state planned: nothing is built
 * GET    /v1/builds/{id}                 BuildView
 * GET    /v1/builds/{id}/stream?after=N  server-sent events: "build" BuildView, "log" text (with its id)
 * DELETE /v1/builds/{id}                 -> BuildView: cancel
 * GET    /create?name=&amp;class=&amp;arch=&amp;filetype=&amp;group=&amp;package=&amp;download=on&amp;sync=on
 *                                        the old OS Farm's form of a request
 * </pre>
 */
public final class FarmApi {
  /** Longest body of a request: recipes with the files that they copy. */
  public static final int LONGEST_REQUEST = 12 << 20;

  private FarmApi() {}

  /**
   * What is to be built: a recipe that the farm knows by {@code name}, or {@code recipe}.
   *
   * @param boot whether a machine is to boot it: other formats are refused
   * @param refresh whether new package lists are fetched first
   */
  public record BuildRequest(
      Optional<String> name,
      Optional<RecipeText> recipe,
      Optional<String> architecture,
      Optional<String> format,
      boolean boot,
      boolean refresh) {
    public BuildRequest {
      if (name.isPresent() == recipe.isPresent()) {
        throw new IllegalArgumentException("name: give the name of a recipe, or recipe: its text");
      }
    }

    /** An image that machines boot. */
    public static BuildRequest toBoot(Optional<String> name, Optional<RecipeText> recipe) {
      return new BuildRequest(name, recipe, Optional.empty(), Optional.empty(), true, false);
    }
  }

  /**
   * A recipe.
   *
   * @param file its name, for messages
   * @param text lines count from the beginning of the file
   * @param sources files beside it that it copies
   */
  public record RecipeText(String file, String text, List<SourceFile> sources) {
    public RecipeText {
      sources = List.copyOf(sources);
    }
  }

  /**
   * A file beside a recipe.
   *
   * @param path relative to the recipe's folder
   * @param kind file, program (a file that may be executed), folder or link
   * @param content of a file in base64; where a link leads
   */
  public record SourceFile(String path, String kind, String content) {}

  /**
   * @param state planned, queued, building, done, failed or cancelled
   * @param name as the recipe says
   * @param digest of the recipe with all that goes into the image
   * @param image what vjobs call it; empty until it is there, and for formats that do not boot
   * @param cached whether the whole image was there
   * @param step that goes on
   * @param stages that were or would be reused or made; empty while it is being built
   * @param problem why it failed
   */
  public record BuildView(
      String id,
      String state,
      String name,
      String digest,
      String image,
      boolean cached,
      String step,
      int percent,
      List<StageView> stages,
      long bytes,
      double seconds,
      Optional<Problem> problem) {
    public BuildView {
      stages = List.copyOf(stages);
    }

    /** Whether it will not change any more. */
    public boolean ended() {
      return switch (state) {
        case "done", "failed", "cancelled" -> true;
        default -> false;
      };
    }
  }

  /**
   * @param reason why it was made, or what it was reused from
   */
  public record StageView(
      String name, String digest, boolean cached, double seconds, String reason) {}

  /**
   * @param image what vjobs call it; empty for formats that do not boot
   * @param from its class
   */
  public record ImageView(
      String image,
      String name,
      String digest,
      String from,
      String architecture,
      String format,
      long bytes,
      long builtMs) {}

  /**
   * @param file the main one of {@code files}, which is what a download gives
   * @param packages "name version architecture" of each
   */
  public record ImageDetail(
      ImageView image,
      String file,
      List<StageView> stages,
      List<String> packages,
      List<ImageFile> files) {}

  public record ImageFile(String name, String sha256, long size) {}

  /**
   * @param builders hosts that build
   * @param images names of images that hosts of the grid have, for vjobs
   * @param key what images are signed with: an Ed25519 public key in base64; empty without a
   *     builder
   */
  public record FarmView(
      List<String> builders,
      List<String> recipes,
      List<String> classes,
      List<String> images,
      String key) {}
}
