/** Benchmarks: we and a peer in one run on one machine, ratios printed. */
@NullMarked
package org.heddle.dist.bench;

import org.jspecify.annotations.NullMarked;
