package org.heddle.store;

import java.time.Instant;

/** A published index. */
public record NamedIndex(String name, IndexInfo info, Instant published) {}
