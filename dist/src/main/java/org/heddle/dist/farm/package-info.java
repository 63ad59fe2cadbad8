/** {@code heddle farm}: the image farm by command, without a grid. */
@NullMarked
package org.heddle.dist.farm;

import org.jspecify.annotations.NullMarked;
