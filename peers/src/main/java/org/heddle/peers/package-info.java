/** Other engines, each with the question that the planner gets, for the benchmark only. */
@NullMarked
package org.heddle.peers;

import org.jspecify.annotations.NullMarked;
