package org.heddle.dist.plan;

import java.util.Locale;

/** How a plan is printed. */
enum PlanFormat {
  TABLE,
  JSON,
  DOT,
  SVG,
  BTRPLACE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
