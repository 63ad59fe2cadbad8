/** {@code heddle store}: the content store as a command of its own, without a grid. */
@NullMarked
package org.heddle.dist.store;

import org.jspecify.annotations.NullMarked;
