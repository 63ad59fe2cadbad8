package org.heddle.dist.plan;

import java.io.IOException;
import org.heddle.planner.instance.InstanceBuilder;

/** Reads instances as BtrPlace's InstanceConverter writes them. */
final class BtrPlaceReader {
  private final JsonInput in;
  private final BtrPlaceModel model;
  private final BtrPlaceConstraints constraints;
  private final Additions more;

  BtrPlaceReader(JsonInput in, Additions more) {
    this.in = in;
    this.more = more;
    this.model = new BtrPlaceModel(in);
    this.constraints = new BtrPlaceConstraints(in);
  }

  /**
   * @param key the first one of the file, on whose value the parser stands
   */
  LoadedInstance read(String key) throws IOException {
    boolean[] found = {false};
    JsonInput.Member member =
        each -> {
          switch (each) {
            case "model", "origin" -> {
              model.read();
              found[0] = true;
            }
            case "constraints" -> in.array(constraints::read);
            default -> in.skip();
          }
        };
    member.read(key);
    in.rest(member);
    if (!found[0]) {
      throw in.wrong("there is no model", "give an instance with \"model\" and \"constraints\"");
    }
    InstanceBuilder builder = new InstanceBuilder();
    Numbering numbering = model.build(builder);
    builder.constraints(constraints.resolve(numbering, model.resourceNames()));
    builder.constraints(more.constraints(builder.draft()));
    return new LoadedInstance(builder.build(), numbering, true, 0);
  }
}
