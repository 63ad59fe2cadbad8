package org.heddle.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.heddle.cli.Environment;
import org.heddle.cli.Failure;
import org.heddle.controller.ControllerOptions;
import org.heddle.controller.ControllerProgram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code heddle controller}: runs the controller of a grid, until it is ended. */
@Command(
    name = "controller",
    description = {
      "Run the controller of a grid.",
      "Without a token it makes one at its first start, in the file token of its folder; client.json"
          + " beside it is for commands: heddle status --state DIR.",
      "It needs no root. It runs until it is ended; everything goes on without it, and the next one"
          + " with the same state folder takes over."
    })
final class ControllerCommand implements Callable<Integer> {
  @Option(
      names = "--listen",
      paramLabel = "IP:PORT",
      description =
          "Where the API listens; may be given several times. Default: "
              + ControllerOptions.DEFAULT_LISTEN)
  List<String> listen = new ArrayList<>();

  @Mixin TokenOptions token = new TokenOptions();

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "The controller's own folder. Default: /var/lib/heddle/controller.")
  Path state = Path.of("/var/lib/heddle/controller");

  @Option(
      names = "--lease",
      paramLabel = "TIME",
      converter = Units.Seconds.class,
      description = "After so long without a word a host counts as lost. Default: 15s.")
  int lease = ControllerOptions.DEFAULT_LEASE_SECONDS;

  private final Environment around;

  ControllerCommand(Environment around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      ControllerProgram program = ControllerProgram.start(options());
      return Program.untilEnded(program, program::awaitEnd);
    } catch (IllegalArgumentException refused) {
      throw Failure.invalid(Objects.requireNonNullElse(refused.getMessage(), "wrong options"));
    } catch (IOException failed) {
      throw Program.failure("the controller cannot start", failed);
    }
  }

  private ControllerOptions options() {
    return new ControllerOptions(
        listen.isEmpty() ? List.of(ControllerOptions.DEFAULT_LISTEN) : listen,
        state.toAbsolutePath().normalize(),
        token.token(around),
        lease);
  }
}
