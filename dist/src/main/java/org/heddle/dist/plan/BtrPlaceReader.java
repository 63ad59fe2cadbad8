package org.heddle.dist.plan;

import org.heddle.planner.instance.InstanceBuilder;

/** Reads instances as BtrPlace's InstanceConverter writes them. */
final class BtrPlaceReader {
  private final JsonInput in;
  private final BtrPlaceModel model;
  private final BtrPlaceConstraints constraints;

  BtrPlaceReader(JsonInput in) {
    this.in = in;
    this.model = new BtrPlaceModel(in);
    this.constraints = new BtrPlaceConstraints(in);
  }

  /**
   * @param key the first one of the file, on whose value the parser stands
   */
  LoadedInstance read(String key) {
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
    return new LoadedInstance(builder.build(), numbering, true, 0);
  }
}
