/** The demo: the whole story of the product on this one machine, checked at every step. */
@NullMarked
package org.heddle.dist.demo;

import org.jspecify.annotations.NullMarked;
