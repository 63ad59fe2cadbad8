package org.heddle.agent.farm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.heddle.api.ApiException;
import org.heddle.api.GridApi.Problem;
import org.heddle.images.FarmException;
import org.heddle.images.recipe.RecipeException;

/** Refusals of the farm, as those of the API. */
final class Refusals {
  private Refusals() {}

  /** Something that the farm may refuse. */
  interface Deed<T> {
    T go() throws IOException, InterruptedException, FarmException, RecipeException;
  }

  static <T> T tried(Deed<T> deed) throws IOException, InterruptedException {
    try {
      return deed.go();
    } catch (RecipeException wrong) {
      throw refusal(wrong, "", "");
    } catch (FarmException failed) {
      throw refusal(failed);
    }
  }

  static ApiException refusal(FarmException failed) {
    String text =
        failed.getMessage() + failed.log().map(log -> "\nall of its output: " + log).orElse("");
    return switch (failed.kind()) {
      case INVALID -> Builds.refused("invalid", 400, text);
      case NOT_FOUND -> Builds.refused("not-found", 404, text);
      case CONFLICT -> Builds.refused("conflict", 409, text);
      case FAILED -> Builds.refused("failed", 500, text);
      case TIMED_OUT -> Builds.refused("timed-out", 504, text);
    };
  }

  /** Messages name the file as its sender does, not as it lies here. */
  static ApiException refusal(RecipeException wrong, String here, String there) {
    List<String> lines = new ArrayList<>();
    wrong.problems().forEach(one -> lines.add(one.toString().replace(here, there)));
    return invalid("recipe", String.join("\n", lines), wrong.problems().getFirst().field());
  }

  /**
   * @param what is invalid
   */
  static ApiException invalid(String what, String detail, String field) {
    return new ApiException(new Problem("invalid", "invalid " + what, 400, detail, field));
  }
}
