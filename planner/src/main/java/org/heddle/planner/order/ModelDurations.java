package org.heddle.planner.order;

import org.heddle.planner.instance.Attribute;
import org.heddle.planner.instance.Instance;
import org.heddle.planner.instance.TimedAction.Kind;

/**
 * Durations from the migration model and the memory that an action writes, reads or sends; the
 * attribute of an action's name counts where it is given, except for migrations over known links.
 *
 * @param diskMiBPerS at which saved state is written and read
 */
public record ModelDurations(Instance instance, MigrationModel model, double diskMiBPerS)
    implements Durations {
  /** A link where none is named. */
  public static final double DEFAULT_LINK_MBIT_PER_S = 1000;

  private static final double DEFAULT_DISK_MIB_PER_S = 400;
  private static final double BOOT_SECONDS = 20;
  private static final double SHUTDOWN_SECONDS = 10;
  private static final double KILL_SECONDS = 1;
  private static final double BOOT_HOST_SECONDS = 120;
  private static final double SHUTDOWN_HOST_SECONDS = 30;

  public ModelDurations(Instance instance) {
    this(instance, MigrationModel.MEASURED, DEFAULT_DISK_MIB_PER_S);
  }

  @Override
  public boolean sharesLinks() {
    return true;
  }

  @Override
  public double goodput(double linkMbitPerS) {
    return model.goodput(linkMbitPerS);
  }

  @Override
  public double receivingWhileSending(double linkMbitPerS) {
    return model.receivingWhileSending(linkMbitPerS);
  }

  @Override
  public long ms(Kind kind, int machine, int from, int to, double goodput) {
    double seconds =
        switch (kind) {
          case BOOT -> given(machine, Attribute.BOOT, BOOT_SECONDS);
          case SHUTDOWN -> given(machine, Attribute.SHUTDOWN, SHUTDOWN_SECONDS);
          case SUSPEND -> given(machine, Attribute.SUSPEND, stored(machine, from, to));
          case RESUME -> given(machine, Attribute.RESUME, stored(machine, from, to));
          case MIGRATE -> migration(machine, goodput);
          case RELAUNCH ->
              given(machine, Attribute.BOOT, BOOT_SECONDS)
                  + given(machine, Attribute.SHUTDOWN, SHUTDOWN_SECONDS);
          case KILL -> given(machine, Attribute.KILL, KILL_SECONDS);
          case ALLOCATE -> given(machine, Attribute.ALLOCATE, 0);
          case BOOT_HOST -> ofHost(to, Attribute.BOOT, BOOT_HOST_SECONDS);
          case SHUTDOWN_HOST -> ofHost(from, Attribute.SHUTDOWN, SHUTDOWN_HOST_SECONDS);
        };
    return Math.round(seconds * 1000);
  }

  /** What the migration of a machine has to copy: its attributes, else its memory demand. */
  public MigrationLoad load(int machine) {
    return new MigrationLoad(
        given(machine, Attribute.MEM_USED, (double) instance.memory(machine)),
        given(machine, Attribute.DIRTY_RATE, 0),
        given(machine, Attribute.MAX_DIRTY_SIZE, 0));
  }

  private double migration(int machine, double goodput) {
    if (goodput == UNBOUNDED) {
      double attribute = instance.attribute(machine, Attribute.MIGRATE);
      return Double.isNaN(attribute)
          ? model.seconds(load(machine), model.goodput(DEFAULT_LINK_MBIT_PER_S))
          : attribute;
    }
    return model.seconds(load(machine), goodput);
  }

  /** State goes to a disk; for another host over the default link after that. */
  private double stored(int machine, int from, int to) {
    double memory = given(machine, Attribute.MEM_USED, (double) instance.memory(machine));
    double disk = model.setupSeconds() + memory / diskMiBPerS;
    return from == to ? disk : disk + memory / model.goodput(DEFAULT_LINK_MBIT_PER_S);
  }

  private double given(int machine, Attribute attribute, double otherwise) {
    double value = instance.attribute(machine, attribute);
    return Double.isNaN(value) ? otherwise : value;
  }

  private double ofHost(int host, Attribute attribute, double otherwise) {
    double value = instance.hostAttribute(host, attribute);
    return Double.isNaN(value) ? otherwise : value;
  }
}
