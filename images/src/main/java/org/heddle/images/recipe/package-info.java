/**
 * Recipes and classes as data: reading, checking, normalising, digests. Pure but for {@link
 * org.heddle.images.recipe.Library}, which reads their files.
 */
@NullMarked
package org.heddle.images.recipe;

import org.jspecify.annotations.NullMarked;
