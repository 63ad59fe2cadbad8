package org.heddle.agent.farm;

import java.io.OutputStream;
import java.nio.file.Path;

/** A content store that keeps nothing. */
public final class NoStore implements FarmWorkshop.Store {
  @Override
  public void keep(Path file, String sha256) {}

  @Override
  public void write(String sha256, long from, long to, OutputStream out) {}

  @Override
  public void changed() {}
}
