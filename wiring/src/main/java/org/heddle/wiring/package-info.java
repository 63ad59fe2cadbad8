@NullMarked
package org.heddle.wiring;

import org.jspecify.annotations.NullMarked;
