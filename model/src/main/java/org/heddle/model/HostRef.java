package org.heddle.model;

/** How an agent reaches another host: its name, IP address and agent URL. */
public record HostRef(HostId id, String address, String agentUrl) {}
