@NullMarked
package org.heddle.network;

import org.jspecify.annotations.NullMarked;
