package org.heddle.dist.farm;

import java.io.IOException;
import java.nio.file.Path;
import org.heddle.dist.guest.Tool;
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
  private static final String SAID = "./etc/built-on";

  OtherProcessorCheck(Farm farm, Library library) {
    super(NAME, farm, library);
  }

  @Override
  Answer attempt(Trial trial)
      throws IOException, InterruptedException, FarmException, RecipeException {
    Farm.Built built = trial.build(NAME);
    trial.built("looking at it");
    Path tar = trial.folder().resolve("root.tar");
    farm().export(built.image(), tar);
    String said = Tool.run("tar", "--extract", "--to-stdout", "--file", tar.toString(), SAID);
    return new Answer(said.strip().equals("aarch64"), "built on " + said.strip());
  }
}
