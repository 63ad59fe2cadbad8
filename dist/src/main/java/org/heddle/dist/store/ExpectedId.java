package org.heddle.dist.store;

import java.util.Optional;
import org.heddle.cli.Failure;
import org.heddle.store.ChunkId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The id that an index from elsewhere must have. */
final class ExpectedId {
  @Option(
      names = "--id",
      paramLabel = "DIGEST",
      description = "The id that the index must have, as 'heddle store ls' prints it.")
  @Nullable String id;

  /** Empty when none was asked for. */
  Optional<ChunkId> get() {
    try {
      return id == null ? Optional.empty() : Optional.of(ChunkId.parse(id));
    } catch (IllegalArgumentException noDigest) {
      throw Failure.invalid("--id " + id + ": an id has 64 hexadecimal digits");
    }
  }
}
