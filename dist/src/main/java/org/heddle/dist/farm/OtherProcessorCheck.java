package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Files;
import org.heddle.images.Farm;
import org.heddle.images.FarmException;
import org.heddle.images.recipe.Library;
import org.heddle.images.recipe.RecipeException;

/**
 * An image for a processor that is not this machine's is built, its packages' scripts and a script
 * of its own run by QEMU's user emulation. It is not booted.
 */
final class OtherProcessorCheck extends FarmCheck {
  static final String NAME = "arm64";

  /** The recipe's script writes it. */
  private static final String SAID = "etc/built-on";

  OtherProcessorCheck(Farm farm, Library library) {
    super(NAME, farm, library);
  }

  @Override
  Answer attempt(Trial trial)
      throws IOException, InterruptedException, FarmException, RecipeException {
    Farm.Built built = trial.build(NAME);
    trial.built("looking at it");
    String said = Files.readString(trial.file(built, SAID));
    return new Answer(said.strip().equals("aarch64"), "built on " + said.strip());
  }
}
