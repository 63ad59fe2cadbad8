@NullMarked
package org.heddle.agent;

import org.jspecify.annotations.NullMarked;
