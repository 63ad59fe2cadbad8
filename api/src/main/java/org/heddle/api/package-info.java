/**
 * What goes over the wire between command line, controller and agents: records whose JSON is the
 * API's, the vjob file, and the clients. JSON is camelCase; model records are written as they are,
 * sealed sums with a {@code type} property (the record's name in camelCase), ids as plain strings.
 */
@NullMarked
package org.heddle.api;

import org.jspecify.annotations.NullMarked;
