/** The image farm as a service of an agent: a bounded queue of builds, and what does them. */
@NullMarked
package org.heddle.agent.farm;

import org.jspecify.annotations.NullMarked;
