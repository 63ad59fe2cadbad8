package org.heddle.dist.plan;

import org.heddle.planner.instance.Instance;

/**
 * An instance from a file.
 *
 * @param numbering of the file, or plain
 * @param btrPlace whether the file is in BtrPlace's form
 * @param parseMs how long reading took
 */
record LoadedInstance(Instance instance, Numbering numbering, boolean btrPlace, long parseMs) {}
