package org.heddle.dist.plan;

import java.io.IOException;
import java.util.List;
import org.heddle.planner.instance.Constraint;
import org.heddle.planner.instance.Instance;

/** Constraints beside those of a file, judged together with them. */
interface Additions {
  Additions NONE = _ -> List.of();

  /**
   * @param draft what the file says, without constraints and not judged yet: to look up names
   */
  List<Constraint> constraints(Instance draft) throws IOException;
}
