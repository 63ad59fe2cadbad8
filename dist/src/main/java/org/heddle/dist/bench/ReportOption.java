package org.heddle.dist.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.heddle.api.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a benchmark's figures go besides the terminal. */
final class ReportOption {
  @Option(names = "--report", paramLabel = "FILE", description = "Write all as JSON.")
  @Nullable Path file;

  void write(Object report) throws IOException {
    if (file != null) {
      Files.writeString(file, Json.write(report) + "\n");
    }
  }
}
