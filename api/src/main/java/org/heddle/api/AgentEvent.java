package org.heddle.api;

import org.heddle.model.MachineReport;

/** What an agent says by itself on {@code GET /v1/events}. */
public sealed interface AgentEvent {
  /** The first event of a connection: all that the host has. */
  record HelloSaid(AgentApi.HostReport report) implements AgentEvent {}

  /** An operation made progress or ended. */
  record OperationMoved(AgentApi.OperationStatus status) implements AgentEvent {}

  /** A machine changed by itself: its process died, or its command ended. */
  record MachineChanged(MachineReport machine) implements AgentEvent {}
}
