/**
 * The image farm: turns recipes into images, in stages that are kept and shared. {@link
 * org.heddle.images.Farm} is the way in.
 */
@NullMarked
package org.heddle.images;

import org.jspecify.annotations.NullMarked;
