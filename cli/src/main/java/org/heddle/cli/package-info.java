/**
 * The {@code heddle} command: what a person types to talk to a grid's controller. Also what other
 * commands of the program share with it: connection options, tables, the Gantt, progress lines and
 * exit codes.
 */
@NullMarked
package org.heddle.cli;

import org.jspecify.annotations.NullMarked;
