package org.heddle.model;

/** What a machine is made of. Only {@code VM} has a driver today. */
public enum MachineKind {
  VM,
  CONTAINER
}
