/** Instances and plans of the planner as files, and the commands about them. */
@NullMarked
package org.heddle.dist.plan;

import org.jspecify.annotations.NullMarked;
