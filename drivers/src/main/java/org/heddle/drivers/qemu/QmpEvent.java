package org.heddle.drivers.qemu;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * Something that QEMU told of itself.
 *
 * @param at by QEMU's own clock reading, when it happened
 */
record QmpEvent(String name, JsonNode data, Instant at) {}
