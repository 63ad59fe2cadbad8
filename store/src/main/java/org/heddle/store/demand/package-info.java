/**
 * Images that can be read before they are here: what is read is fetched first, the rest behind it.
 * {@link org.heddle.store.demand.DemandImage} is what {@link org.heddle.store.nbd.NbdServer} shows
 * to a machine as its disk.
 */
@NullMarked
package org.heddle.store.demand;

import org.jspecify.annotations.NullMarked;
