package org.heddle.dist.store;

import java.util.List;
import org.heddle.cli.Environment;
import org.heddle.store.transfer.ConnectSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a command connects to other stores by itself, over HTTP or ssh. */
final class ConnectOptions {
  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(
      names = "--ssh",
      paramLabel = "COMMAND",
      description = "Instead of 'ssh -T', for ssh:// addresses.")
  @Nullable String shell;

  ConnectSettings settings(Environment around) {
    ConnectSettings settings = network.connect(around);
    return shell == null ? settings : settings.with(List.of(shell.strip().split("\\s+")));
  }
}
