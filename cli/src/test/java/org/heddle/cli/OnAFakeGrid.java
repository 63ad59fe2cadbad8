package org.heddle.cli;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests whose commands talk to a controller with canned answers, a new one for each test. */
abstract class OnAFakeGrid {
  FakeGrid grid;

  @BeforeEach
  void start() throws IOException {
    grid = new FakeGrid();
  }

  @AfterEach
  void stop() {
    grid.close();
  }

  Run run(String line) {
    return Run.on(grid, line.split(" ", -1));
  }
}
