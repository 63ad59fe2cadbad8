@NullMarked
package org.heddle.dist;

import org.jspecify.annotations.NullMarked;
