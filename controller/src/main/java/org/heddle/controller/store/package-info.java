/** Where the controller's state lies: an interface with etcd's semantics, and SQLite behind it. */
@NullMarked
package org.heddle.controller.store;

import org.jspecify.annotations.NullMarked;
