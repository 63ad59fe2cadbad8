package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.heddle.api.GridApi.Problem;
import org.heddle.api.GridException;
import org.heddle.cli.Failure;
import org.heddle.cli.Interruption;
import org.heddle.images.FarmException;
import org.heddle.images.recipe.RecipeException;
import org.heddle.store.StoreException;

/** Runs what a command does: says failures as all commands do, ends well on Ctrl-C. */
final class Work {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Work() {}

  /** What a command does. */
  interface Task<T> {
    T run() throws IOException, InterruptedException, FarmException, RecipeException;
  }

  /** Runs it; when the process is told to end, it is interrupted and waited for. */
  static <T> T run(Task<T> task) {
    try (Interruption _ = Interruption.ofThisThread(PATIENCE)) {
      return task.run();
    } catch (RecipeException wrong) {
      throw Failure.invalid(Objects.requireNonNull(wrong.getMessage()));
    } catch (FarmException failed) {
      throw failure(failed);
    } catch (AccessDeniedException denied) {
      throw denied("no permission for " + denied.getFile());
    } catch (StoreException store) {
      throw Failure.failed(Objects.requireNonNullElse(store.getMessage(), store.toString()));
    } catch (IOException failed) {
      throw Failure.failed(Objects.requireNonNullElse(failed.getMessage(), failed.toString()));
    } catch (InterruptedException cancelled) {
      throw Failure.failed("cancelled; finished stages are kept");
    }
  }

  private static GridException failure(FarmException failed) {
    String text =
        Objects.requireNonNullElse(failed.getMessage(), failed.toString())
            + failed.log().map(log -> "\nall of its output: " + log).orElse("");
    return switch (failed.kind()) {
      case INVALID -> Failure.invalid(text);
      case NOT_FOUND -> Failure.notFound(text);
      case CONFLICT ->
          new GridException(new Problem("conflict", "Conflict", 409, text, ""), failed);
      case FAILED -> Failure.failed(text);
      case TIMED_OUT -> Failure.timedOut(text);
    };
  }

  private static GridException denied(String text) {
    return new GridException(new Problem("denied", "Denied", 403, text, ""));
  }

  /** Building mounts and makes namespaces. */
  static void needRoot(String command) {
    try {
      if (Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid
          && uid == 0) {
        return;
      }
    } catch (IOException | UnsupportedOperationException unknown) {
      // Then it is not root's Linux.
    }
    throw denied("'heddle farm " + command + "' mounts file systems, which takes root");
  }
}
