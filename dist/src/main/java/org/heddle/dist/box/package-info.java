/**
 * The grid in a box: a whole grid on one machine. Each host is a network namespace with an agent in
 * it, joined by rate-limited links; the controller runs beside them. The programs are the same as
 * on real machines; the box only lays the cables and starts them.
 */
@NullMarked
package org.heddle.dist.box;

import org.jspecify.annotations.NullMarked;
