@NullMarked
package org.heddle.cli;

import org.jspecify.annotations.NullMarked;
