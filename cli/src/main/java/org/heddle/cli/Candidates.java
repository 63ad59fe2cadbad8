package org.heddle.cli;

import java.util.Iterator;
import java.util.List;

/**
 * Marks in the generated completion script that are replaced by a call that asks the grid for
 * names, see {@link CompletionCommand}.
 */
abstract class Candidates implements Iterable<String> {
  /** Starts and ends a mark; no name has it. */
  static final String MARK = "@";

  private final String kind;

  private Candidates(String kind) {
    this.kind = kind;
  }

  @Override
  public Iterator<String> iterator() {
    return List.of(MARK + kind + MARK).iterator();
  }

  static final class Vjobs extends Candidates {
    Vjobs() {
      super("vjobs");
    }
  }

  static final class Machines extends Candidates {
    Machines() {
      super("machines");
    }
  }

  static final class Hosts extends Candidates {
    Hosts() {
      super("hosts");
    }
  }

  static final class Constraints extends Candidates {
    Constraints() {
      super("constraints");
    }
  }

  static final class Switches extends Candidates {
    Switches() {
      super("switches");
    }
  }
}
