/** The in-memory driver under the conformance kit. */
@NullMarked
package org.heddle.drivers.memory;

import org.jspecify.annotations.NullMarked;
