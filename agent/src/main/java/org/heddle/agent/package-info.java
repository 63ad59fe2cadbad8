/**
 * The daemon on each host: does operations on machines through a driver, one after the other for
 * each machine, remembers their outcomes over its own restarts, serves images and saved states to
 * other agents, and tells the controller what the host has. Machines never depend on it: it may be
 * stopped or die at any time, and finds them again.
 */
@NullMarked
package org.heddle.agent;

import org.jspecify.annotations.NullMarked;
