@NullMarked
package org.heddle.simulator;

import org.jspecify.annotations.NullMarked;
