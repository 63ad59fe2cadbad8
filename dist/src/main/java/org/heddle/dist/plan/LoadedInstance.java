package org.heddle.dist.plan;

import org.heddle.planner.instance.Instance;

/**
 * An instance from a file.
 *
 * @param numbering of the file, or plain
 * @param parseMs how long reading took
 */
record LoadedInstance(Instance instance, Numbering numbering, long parseMs) {
  LoadedInstance with(Instance changed) {
    return new LoadedInstance(changed, numbering, parseMs);
  }
}
