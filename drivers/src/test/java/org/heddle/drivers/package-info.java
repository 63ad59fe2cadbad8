/** The conformance kit: what every driver must keep. */
@NullMarked
package org.heddle.drivers;

import org.jspecify.annotations.NullMarked;
