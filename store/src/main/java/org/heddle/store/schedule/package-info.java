/**
 * Who sends what to whom, and when, if many hosts have something for one repository (gather) or all
 * want the same from it (scatter): schedules made for a network of known rates, and their times in
 * virtual time. Pure: reads no clock, no file and no network.
 *
 * <p>After J. Gallard, A. Lèbre, C. Morin, T. Naughton, S. Scott, G. Vallée, "Architecture for the
 * Next Generation System Management Tools" and "Saline: improving best-effort job management in
 * grids" (PDP 2010): recursive halving onto subsets for the gathering of snapshots, chain and tree
 * for the way back.
 */
@NullMarked
package org.heddle.store.schedule;

import org.jspecify.annotations.NullMarked;
